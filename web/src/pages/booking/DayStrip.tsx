import { addDays, dayKey } from "../../ui/time";
import classes from "./Booking.module.css";

function parts(day: Date, zone: string): { weekday: string; date: string } {
  const format = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat("en-GB", { ...options, timeZone: zone }).format(day);
  return {
    weekday: format({ weekday: "short" }),
    date: format({ day: "numeric", month: "short" }),
  };
}

/** The coming days side by side; days without a free time are shown, but cannot be chosen. */
export function DayStrip({ first, days, zone, counts, chosen, choose }: {
  first: Date; days: number; zone: string; counts: Map<string, number>; chosen: string; choose: (day: string) => void;
}) {
  const shown = Array.from({ length: days }, (_, at) => addDays(first, at));
  return (
    <div className={classes["strip"]} role="group" aria-label="Day">
      {shown.map((day) => {
        const key = dayKey(day, zone);
        const count = counts.get(key) ?? 0;
        const { weekday, date } = parts(day, zone);
        return (
          <button key={key} type="button" className={classes["day"]} disabled={count === 0} aria-pressed={key === chosen}
            onClick={() => choose(key)} data-testid={`day-${key}`}>
            <span className={classes["weekday"]}>{weekday}</span>
            <span className={classes["date"]}>{date}</span>
            <span className={classes["count"]}>{count === 0 ? "full" : `${count} free`}</span>
          </button>
        );
      })}
    </div>
  );
}
