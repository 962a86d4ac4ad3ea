import { BARS, otherReading, ownReading, whoIs, type Level, type LineQuality } from "../../media/quality";
import type { Participant } from "../../socket/events";
import { Icon } from "../../ui/Icon";
import classes from "./Quality.module.css";

export function QualityBars({ level }: { level: Level }) {
  return (
    <span className={classes["bars"]} data-level={level} aria-hidden="true">
      {[1, 2, 3].map((bar) => <i key={bar} data-on={bar <= BARS[level]} />)}
    </span>
  );
}

/** In the header: how this person's own line is; in words for whoever cannot see bars. */
export function OwnQuality({ quality }: { quality: LineQuality | undefined }) {
  if (quality === undefined) return null;
  const { level, cause, words, short } = ownReading(quality);
  return (
    <span className={classes["own"]} data-quality={level} data-cause={cause ?? ""} title={words} data-testid="line-quality">
      <QualityBars level={level} />
      <span className={classes["short"]} aria-hidden="true">{short}</span>
      <span className={classes["hidden"]}>{words}</span>
    </span>
  );
}

/** What this person can do about their own line or device. Stays mounted, so that it is read out when it appears. */
export function OwnNotice({ quality }: { quality: LineQuality | undefined }) {
  const reading = quality === undefined ? null : ownReading(quality);
  const shown = reading !== null && reading.cause !== null && reading.cause !== "lost";
  return (
    <p className={classes["notice"]} role="status" data-shown={shown} data-testid="quality-notice" data-cause={reading?.cause ?? ""}>
      {shown && <><Icon name="alert" size={18} />{reading.words}</>}
    </p>
  );
}

/** On somebody's picture: bars always, words when there is something to know. */
export function TileQuality({ person, quality }: { person: Participant; quality: LineQuality | undefined }) {
  if (quality === undefined || !person.connected) return null;
  const { level, cause, words } = otherReading(quality, whoIs(person.role, person.display_name));
  const worth = cause !== null || level === "poor";
  return (
    <p className={classes["tile"]} data-testid="tile-quality" data-participant={person.id} data-quality={level} data-cause={cause ?? ""}>
      <QualityBars level={level} />
      <span className={worth ? classes["words"] : classes["hidden"]}>{words}</span>
    </p>
  );
}
