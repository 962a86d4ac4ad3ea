/** The transcript as a file: for a program, for a reader, for a video. */
import { Button, Menu } from "@mantine/core";
import { useState } from "react";

import { fetchExport, type ExportFormat } from "../../api/exports";
import { Icon } from "../Icon";
import { notifyProblem } from "../notices";

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
  const [busy, setBusy] = useState(false);
  const take = async (format: ExportFormat) => {
    setBusy(true);
    await fetchExport(visitId, format).then(keep, notifyProblem);
    setBusy(false);
  };
  return (
    <Menu position="bottom-end" withinPortal width={240}>
      <Menu.Target>
        <Button size="compact-sm" variant="subtle" loading={busy} leftSection={<Icon name="download" size={16} />} data-testid="export-menu">Export</Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>It leaves the clinic&apos;s protection once you keep it</Menu.Label>
        {FORMATS.map(({ format, words, help }) => (
          <Menu.Item key={format} onClick={() => void take(format)} data-testid={`export-${format}`}>
            {words}<span className="small soft" style={{ display: "block" }}>{help}</span>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
