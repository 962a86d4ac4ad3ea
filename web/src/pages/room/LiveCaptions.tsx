/** What is being said, over the picture, for whoever reads along. */
import { useState, useSyncExternalStore } from "react";

import type { LiveUtterance } from "../../api/types";
import { CaptionFeed, type SpokenSource } from "../../ui/caption-feed";
import { CaptionBox } from "../../ui/Captions";
import { pieces, shownText } from "../../ui/transcript/words";
import classes from "./Room.module.css";

/** The agreed words, and behind them those that may still change. */
function Words({ utterance }: { utterance: LiveUtterance }) {
  const all = pieces(utterance);
  const text = (firm: boolean) => all.filter((piece) => piece.firm === firm).map((piece) => piece.text).join(" ");
  return <>{text(true)}{text(false) !== "" && <> <em>{text(false)}</em></>}</>;
}

export function LiveCaptions({ source, names, transcribing }: {
  source: SpokenSource; names: ReadonlyMap<string, string>; transcribing: boolean;
}) {
  const [feed] = useState(() => new CaptionFeed(source));
  const lines = useSyncExternalStore(feed.subscribe, feed.lines);
  const finished = lines.findLast((one) => one.state === "final");
  return (
    <>
      <CaptionBox note={transcribing ? "" : "Captions appear while everybody agrees to be transcribed."}
        lines={lines.map((one) => ({ id: one.id, name: names.get(one.participant_id) ?? "", words: <Words utterance={one} /> }))} />
      {/* Screen readers and braille get each line once, when it is finished. */}
      <p className={classes["hidden"]} aria-live="polite">{finished === undefined ? "" : `${names.get(finished.participant_id) ?? ""}: ${shownText(finished)}`}</p>
    </>
  );
}
