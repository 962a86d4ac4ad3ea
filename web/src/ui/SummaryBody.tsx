import type { VisitSummary } from "../api/types";
import classes from "./SummaryBody.module.css";
import { dateAndTime } from "./time";

/** A signed visit: in plain words, or as the doctor signed it; and what was added later. */
export function SummaryBody({ summary, asSigned = false }: { summary: VisitSummary; asSigned?: boolean }) {
  return (
    <div className={classes["body"]}>
      {summary.sections.map(({ section, title, lines, signed_lines }) => (
        <section key={section} className={classes["section"]} data-testid="summary-section" data-section={section}>
          <h2>{title}</h2>
          <ul>{(asSigned ? signed_lines : lines).map((line) => <li key={line}>{line}</li>)}</ul>
        </section>
      ))}
      {summary.addenda.length > 0 && (
        <section className={classes["section"]} aria-label="Added later">
          <h2>Added later</h2>
          <ul>
            {summary.addenda.map((one) => (
              <li key={one.id} data-testid="addendum">{one.text}<br /><span className="soft small">{one.author_name}, {dateAndTime(one.added_at)}</span></li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}
