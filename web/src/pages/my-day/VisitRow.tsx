import type { ReactNode } from "react";

import type { Visit } from "../../api/types";
import { PhoneTag } from "../../ui/PhoneTag";
import { Pill } from "../../ui/Pill";
import { clockTime, duration, secondsSince } from "../../ui/time";
import { useNow } from "../../ui/use-now";
import classes from "./MyDay.module.css";

export function StatusPill({ visit }: { visit: Visit }) {
  switch (visit.status) {
    case "waiting":
      return <Pill tone="amber" dot>Waiting</Pill>;
    case "in_progress":
      return <Pill tone="pine" dot>In progress</Pill>;
    case "ended":
      return <Pill>Ended</Pill>;
    case "scheduled":
      return <Pill>Scheduled</Pill>;
  }
}

export function WaitTimer({ since }: { since: string }) {
  const now = useNow();
  return <span className="tabular">{duration(secondsSince(since, now))}</span>;
}

/** One visit: when, with whom, how it stands, what can be done. */
export function VisitRow({ visit, who, detail, children }: {
  visit: Visit; who: string; detail?: ReactNode; children: ReactNode;
}) {
  return (
    <li className={`card ${classes["visit"] ?? ""}`} data-testid="visit" data-visit={visit.id} data-status={visit.status}>
      <div className={classes["when"]}>
        <time dateTime={visit.starts_at} className="tabular">{clockTime(visit.starts_at)}</time>
        <span className="soft small tabular">to {clockTime(visit.ends_at)}</span>
      </div>
      <div className="grow">
        <h3 className={classes["who"]}>{who}</h3>
        {detail !== undefined && <p className="soft small">{detail}</p>}
      </div>
      <PhoneTag visit={visit} />
      <StatusPill visit={visit} />
      <div className={classes["actions"]}>{children}</div>
    </li>
  );
}
