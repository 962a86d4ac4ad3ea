import { Tooltip } from "@mantine/core";

import type { Utterance } from "../../api/types";
import type { Evidence } from "../../ui/evidence";
import { Icon } from "../../ui/Icon";
import { duration } from "../../ui/time";
import { shownText } from "../../ui/transcript/words";
import { speakerName } from "../../ui/utterances";
import classes from "./Note.module.css";

const NO_NAMES: ReadonlyMap<string, string> = new Map();

/** Where a line comes from: hover or focus quotes it, a click plays it. */
export function EvidenceChips({ of, ids, utterances, evidence }: {
  of: string; ids: readonly string[]; utterances: readonly Utterance[]; evidence: Evidence;
}) {
  const found = utterances.filter((one) => ids.includes(one.id));
  return (
    <>
      {found.map((one) => (
        <Tooltip key={one.id} label={`${speakerName(one, NO_NAMES)}: “${shownText(one)}”`} multiline w={280} withArrow withinPortal={false} events={{ hover: true, focus: true, touch: false }}>
          <button type="button" className={classes["chip"]} data-testid="play-evidence" data-utterance={one.id}
            aria-label={`Play what ${speakerName(one, NO_NAMES)} said at ${duration(one.start)}: ${shownText(one)}`}
            aria-pressed={evidence.moment?.utterance.id === one.id}
            onClick={() => evidence.show(of, ids, one)}>
            <Icon name="play" size={12} /><span className="tabular">{duration(one.start)}</span>
          </button>
        </Tooltip>
      ))}
    </>
  );
}
