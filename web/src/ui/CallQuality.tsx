import type { ParticipantQuality } from "../api/types";
import classes from "./CallQuality.module.css";
import { LineTag } from "./LineTag";
import { barsOf, DIRECTION_WORDS, episodesOf, goodShare, holesOf, type Direction, type Episode } from "./quality-history";
import { duration } from "./time";

const HEIGHT = 100;

function Lane({ person, direction, interval, end }: { person: ParticipantQuality; direction: Direction; interval: number; end: number }) {
  const { points } = person;
  const episodes = episodesOf(points, interval).filter((one) => one.direction === direction);
  const x = (seconds: number) => (seconds / end) * 1000;
  return (
    <div className={classes["lane"]}>
      <span className={classes["label"]}>{DIRECTION_WORDS[direction]}</span>
      <svg viewBox={`0 0 1000 ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true" focusable="false">
        {holesOf(points, interval).map((hole) => (
          <rect key={hole.from} className={classes["hole"]} x={x(hole.from)} y={0} width={x(hole.to - hole.from)} height={HEIGHT} />
        ))}
        {barsOf(points, direction, interval).map((bar) => (
          <rect key={bar.to} className={classes["bar"]} data-level={bar.level} x={x(bar.from)} width={Math.max(1, x(bar.to - bar.from) + 0.5)}
            y={HEIGHT - bar.score} height={Math.max(4, bar.score)} />
        ))}
        {episodes.map((one) => (
          <rect key={`${one.from} ${one.words}`} className={classes["mark"]} x={x(one.from)} y={0} width={Math.max(4, x(one.to - one.from))} height={8} />
        ))}
      </svg>
    </div>
  );
}

function when({ from, to }: { from: number; to: number }): string {
  return `${duration(from)} to ${duration(to)}`;
}

function summary(person: ParticipantQuality, episodes: readonly Episode[]): string {
  const share = Math.round(goodShare(person.points) * 100);
  if (episodes.length === 0) return "Good throughout.";
  return share === 100 ? "Good, with something to note." : `Good for ${share} % of the time.`;
}

function History({ person, interval, end }: { person: ParticipantQuality; interval: number; end: number }) {
  const episodes = episodesOf(person.points, interval);
  return (
    <section className={classes["person"]} aria-label={person.display_name} data-testid="quality-history" data-participant={person.participant_id}>
      <h3>{person.display_name}</h3>
      <p className="soft small">{summary(person, episodes)}</p>
      {person.line !== null && <p><LineTag line={person.line} label="Connection before the call" /></p>}
      <Lane person={person} direction="up" interval={interval} end={end} />
      <Lane person={person} direction="down" interval={interval} end={end} />
      <p className={classes["axis"]} aria-hidden="true"><span>0:00</span><span>{duration(end / 2)}</span><span>{duration(end)}</span></p>
      {episodes.length > 0 && (
        <table className={classes["episodes"]}>
          <caption className={classes["hidden"]}>What disturbed the connection of {person.display_name}</caption>
          <thead><tr><th scope="col">When</th><th scope="col">Direction</th><th scope="col">What</th><th scope="col">Lowest score</th></tr></thead>
          <tbody>
            {episodes.map((one) => (
              <tr key={`${one.direction}${one.from}`} data-testid="quality-episode">
                <td className="tabular">{when(one)}</td><td>{DIRECTION_WORDS[one.direction]}</td><td>{one.words}</td><td className="tabular">{one.lowest}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

/** How everybody's connection was, by time: two lanes each, what disturbed it in words. */
export function CallQuality({ participants, interval }: { participants: readonly ParticipantQuality[]; interval: number }) {
  const known = participants.filter((one) => one.points.length > 0);
  const end = Math.max(1, ...known.map((one) => one.points.at(-1)?.at ?? 0));
  return <div className={classes["people"]}>{known.map((one) => <History key={one.participant_id} person={one} interval={interval} end={end} />)}</div>;
}
