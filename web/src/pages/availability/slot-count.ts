import type { Availability, Weekday } from "../../api/types";

export const WEEK: readonly Weekday[] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

const DAY_MS = 86_400_000;
/** A guard for the preview only; the server holds the real limit. */
const MOST_DAYS = 366;

function minutesOf(time: string): number {
  const [hours = Number.NaN, minutes = Number.NaN] = time.split(":").map(Number);
  return hours * 60 + minutes;
}

/** How many visits fit into what is asked for; 0 for anything unfinished or backwards. */
export function slotCount(asked: Availability): number {
  const perDay = Math.floor((minutesOf(asked.end) - minutesOf(asked.start)) / asked.slot_minutes);
  const first = Date.parse(`${asked.from_date}T00:00:00Z`);
  const last = Date.parse(`${asked.to_date}T00:00:00Z`);
  if (!(perDay > 0) || !(last >= first)) return 0;
  const span = Math.min((last - first) / DAY_MS + 1, MOST_DAYS);
  const days = Array.from({ length: span }, (_, at) => WEEK[(new Date(first + at * DAY_MS).getUTCDay() + 6) % 7]);
  return perDay * days.filter((weekday) => weekday !== undefined && asked.weekdays.includes(weekday)).length;
}
