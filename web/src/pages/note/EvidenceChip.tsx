import { Tooltip } from "@mantine/core";

import type { Utterance } from "../../api/types";
import type { Evidence } from "../../ui/evidence";
import { Icon } from "../../ui/Icon";
import { duration } from "../../ui/time";
import { shownText } from "../../ui/transcript/words";
import { speakerName } from "../../ui/utterances";
import classes from "./Row.module.css";

export const NO_NAMES: ReadonlyMap<string, string> = new Map();

const MOST_QUOTED = 4;

/** Who said what, when. */
export function Quotes({ found }: { found: readonly Utterance[] }) {
  return (
    <ul className={classes["quotes"]}>
      {found.slice(0, MOST_QUOTED).map((one) => (
        <li key={one.id}><strong>{speakerName(one, NO_NAMES)}</strong> <span className="tabular">{duration(one.start)}</span> “{shownText(one)}”</li>
      ))}
      {found.length > MOST_QUOTED && <li>and {found.length - MOST_QUOTED} more</li>}
    </ul>
  );
}

/** Where a line comes from: hover or focus quotes it, a click plays it, again the next moment. */
export function EvidenceChip({ of, ids, utterances, evidence, tabIndex = 0 }: {
  of: string; ids: readonly string[]; utterances: readonly Utterance[]; evidence: Evidence; tabIndex?: number;
}) {
  const found = utterances.filter((one) => ids.includes(one.id));
  const [first] = found;
  if (first === undefined) return null;
  const isShown = evidence.of === of && evidence.moment !== null;
  const at = found.findIndex((one) => one.id === evidence.moment?.utterance.id);
  const [time, more] = [duration(first.start), found.length > 1 ? ` +${found.length - 1}` : ""];
  const play = () => evidence.show(of, ids, isShown ? found[(at + 1) % found.length] : first);
  return (
    <Tooltip label={<Quotes found={found} />} multiline w={320} withArrow position="bottom-end" openDelay={250} events={{ hover: true, focus: true, touch: false }}>
      <button type="button" className={classes["chip"]} tabIndex={tabIndex} data-testid="play-evidence" data-utterance={first.id} aria-pressed={isShown} onClick={play}
        aria-label={`${time}${more}: play what ${speakerName(first, NO_NAMES)} said: ${shownText(first)}`}>
        <Icon name="play" size={11} /><span className="tabular">{time}</span>{more !== "" && <span className={classes["more"]}>{more}</span>}
      </button>
    </Tooltip>
  );
}
