/** Dates and times in words. UTC inside; a zone is named wherever the clinic's may differ from the reader's. */

const DAY_MS = 86_400_000;

export const browserZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

export function clockTime(iso: string, timeZone?: string): string {
  return new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone }).format(new Date(iso));
}

export function longDay(iso: string, timeZone?: string): string {
  return new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long", timeZone }).format(new Date(iso));
}

export function fullDate(iso: string): string {
  return new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric" }).format(new Date(iso));
}

export function dateAndTime(iso: string): string {
  return `${fullDate(iso)}, ${clockTime(iso)}`;
}

/** Calendar day "2026-11-20" of an instant in a zone. */
export function dayKey(instant: Date | string, timeZone?: string): string {
  return new Intl.DateTimeFormat("en-CA", { year: "numeric", month: "2-digit", day: "2-digit", timeZone })
    .format(new Date(instant));
}

/** "Today", "Tomorrow" or the weekday and date. */
export function relativeDay(iso: string, now: Date = new Date()): string {
  if (dayKey(iso) === dayKey(now)) return "Today";
  if (dayKey(iso) === dayKey(new Date(now.getTime() + DAY_MS))) return "Tomorrow";
  if (dayKey(iso) === dayKey(new Date(now.getTime() - DAY_MS))) return "Yesterday";
  return longDay(iso);
}

export function startOfDay(now: Date = new Date()): Date {
  const day = new Date(now);
  day.setHours(0, 0, 0, 0);
  return day;
}

export function addDays(from: Date, days: number): Date {
  const day = new Date(from);
  day.setDate(day.getDate() + days);
  return day;
}

/** Seconds as "4:07" or "1:02:09". */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const pad = (value: number) => String(value).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  return hours > 0 ? `${hours}:${pad(minutes)}:${pad(whole % 60)}` : `${minutes}:${pad(whole % 60)}`;
}

export function secondsSince(iso: string, now: number): number {
  return (now - new Date(iso).getTime()) / 1000;
}

/** "Central European Standard Time" style name of a zone, or the zone itself where the browser knows no name. */
export function zoneName(timeZone: string): string {
  return timeZone.replaceAll("_", " ");
}
