import { duration } from "../../ui/time";
import { shownText } from "../../ui/transcript/words";
import { speakerName } from "../../ui/utterances";
import { Icon } from "../../ui/Icon";
import { isIcd } from "./coding";
import { NO_NAMES } from "./EvidenceChip";
import classes from "./Note.module.css";
import type { Desk } from "./use-desk";

const KEYS = [["A", "accept"], ["Enter", "edit"], ["E", "hear"], ["X", "remove"], ["?", "all keys"]] as const;

/** What was said for the line under the pointer or the keyboard. It keeps its height: nothing moves while somebody reads along. */
export function EvidenceDock({ desk }: { desk: Desk }) {
  const line = desk.lines.find((one) => one.id === (desk.hovered ?? desk.active));
  const said = line === undefined ? [] : desk.utterances.filter((one) => line.evidence.includes(one.id));
  if (desk.lines.length === 0) return null;
  const codes = (line?.codes ?? []).filter((code) => !isIcd(code));
  return (
    <section className={classes["dock"]} aria-label="What was said for this line" data-testid="evidence-dock">
      <div className={classes["quotes"]} tabIndex={0} role="group" aria-label="What was said">
        {line === undefined && <p className="soft small">Go to a line to see what was said for it.</p>}
        {line !== undefined && said.length === 0 && <p className="soft small">Written by hand: nothing that was said stands behind this line.</p>}
        <ul>
          {said.map((one) => (
            <li key={one.id}>
              <button type="button" tabIndex={-1} onClick={() => desk.evidence.show(line?.id ?? "", line?.evidence ?? [], one)} aria-label={`Play ${duration(one.start)}`}><Icon name="play" size={12} /><span className="tabular">{duration(one.start)}</span></button>
              <span><strong>{speakerName(one, NO_NAMES)}</strong> “{shownText(one)}”</span>
            </li>
          ))}
        </ul>
        {codes.length > 0 && <p className={classes["codes"]}>{codes.map((code) => <code key={code}>{code.replace(":", " ").toUpperCase()}</code>)}</p>}
      </div>
      {line !== undefined && <p className={classes["hints"]} aria-hidden="true">{KEYS.map(([key, words]) => <span key={key}><kbd>{key}</kbd> {words}</span>)}</p>}
    </section>
  );
}
