/** A call's history of scores, made ready for a plot and for sentences. Pure; times in seconds of the visit. */
import type { QualityPoint } from "../api/types";
import { CAUSES, levelOf, type Cause, type Level } from "../media/quality";

export type Direction = "up" | "down";

export interface Bar {
  from: number;
  to: number;
  score: number;
  level: Level;
}

/** A stretch in which one cause was named, or the level was poor without one. */
export interface Episode {
  from: number;
  to: number;
  direction: Direction;
  words: string;
  lowest: number;
}

export const DIRECTION_WORDS: Record<Direction, string> = { up: "Sending", down: "Receiving" };

/** One bar per point; what no point speaks for is a hole. */
export function barsOf(points: readonly QualityPoint[], direction: Direction, interval: number): Bar[] {
  return points.map((point, at) => {
    const before = points[at - 1]?.at ?? -Infinity;
    const score = point[direction];
    return { from: Math.max(0, point.at - interval, before), to: point.at, score, level: levelOf(score) };
  });
}

/** Where nothing is known between the first and the last point. */
export function holesOf(points: readonly QualityPoint[], interval: number): { from: number; to: number }[] {
  return points.flatMap((point, at) => {
    const before = points[at - 1];
    return before === undefined || point.at - before.at <= 1.5 * interval ? [] : [{ from: before.at, to: point.at - interval }];
  });
}

function wordsOf(cause: string | null, score: number): string | null {
  if (cause !== null) return cause in CAUSES ? CAUSES[cause as Cause].short : cause;
  return score <= 40 ? "Poor connection" : null;
}

function episodesIn(points: readonly QualityPoint[], direction: Direction, interval: number): Episode[] {
  const found: Episode[] = [];
  for (const point of points) {
    const words = wordsOf(direction === "up" ? point.up_cause : point.down_cause, point[direction]);
    if (words === null) continue;
    const from = Math.max(0, point.at - interval);
    const open = found.at(-1);
    if (open?.words === words && from - open.to <= interval) {
      open.to = point.at;
      open.lowest = Math.min(open.lowest, point[direction]);
    } else {
      found.push({ from, to: point.at, direction, words, lowest: point[direction] });
    }
  }
  return found;
}

/** By beginning. Stretches of the same words that are at most one window apart are one. */
export function episodesOf(points: readonly QualityPoint[], interval: number): Episode[] {
  return [...episodesIn(points, "up", interval), ...episodesIn(points, "down", interval)].sort((a, b) => a.from - b.from);
}

/** The share of the known time in which the connection was good enough in both directions. */
export function goodShare(points: readonly QualityPoint[]): number {
  const good = points.filter((point) => Math.min(point.up, point.down) > 40).length;
  return points.length === 0 ? 1 : good / points.length;
}
