import type { LineView } from "../api/types";
import { deviceWords, LINE_TONES, lineWords } from "./line-words";
import { Pill } from "./Pill";

/** How somebody who waits is connected, before they are let in. */
export function LineTag({ line, label }: { line: LineView | null; label: string }) {
  if (line === null) return null;
  const devices = deviceWords(line);
  return (
    <span data-testid="line-tag" data-verdict={line.verdict}>
      <Pill tone={LINE_TONES[line.verdict]}>{label}: {lineWords(line)}</Pill>
      {devices !== "" && <span className="small"> {devices}</span>}
    </span>
  );
}
