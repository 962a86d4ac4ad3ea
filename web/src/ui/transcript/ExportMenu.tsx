/** The transcript as a file: for a program, for a reader, for a video. */
import { Button, Popover } from "@mantine/core";
import { useState } from "react";

import { fetchExport, type ExportFormat } from "../../api/exports";
import { Icon } from "../Icon";
import { notifyProblem } from "../notices";
import classes from "./Transcript.module.css";

const FORMATS: readonly { format: ExportFormat; words: string; help: string }[] = [
  { format: "txt", words: "Text", help: "To read or print" },
  { format: "vtt", words: "WebVTT", help: "Captions for the web" },
  { format: "srt", words: "SubRip (SRT)", help: "Captions for video players" },
  { format: "json", words: "JSON", help: "Everything, for programs" },
];

/** A link of our own making: a refusal has been read before there is anything to keep. */
function keep({ file, name }: { file: Blob; name: string }): void {
  const address = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

export function ExportMenu({ visitId }: { visitId: string }) {
  const [open, setOpen] = useState(false);
  const [busy, setBusy] = useState(false);
  const take = async (format: ExportFormat) => {
    setOpen(false);
    setBusy(true);
    await fetchExport(visitId, format).then(keep, notifyProblem);
    setBusy(false);
  };
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end" width={260} trapFocus returnFocus shadow="md" withinPortal>
      <Popover.Target>
        <Button size="compact-sm" variant="subtle" loading={busy} leftSection={<Icon name="download" size={16} />} aria-expanded={open} onClick={() => setOpen(!open)} data-testid="export-menu">Export</Button>
      </Popover.Target>
      <Popover.Dropdown aria-label="Export the transcript">
        <p className="small soft">The file leaves the clinic&apos;s protection once you keep it.</p>
        <ul className={classes["formats"]}>
          {FORMATS.map(({ format, words, help }) => (
            <li key={format}>
              <button type="button" onClick={() => void take(format)} data-testid={`export-${format}`}><strong>{words}</strong><span className="small soft">{help}</span></button>
            </li>
          ))}
        </ul>
      </Popover.Dropdown>
    </Popover>
  );
}
