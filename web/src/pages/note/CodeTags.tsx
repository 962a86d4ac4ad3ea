/** The ICD-10-CM codes that a clinician put on a line; other terminologies are for programs. */
import { codesOn } from "./coding";
import classes from "./Row.module.css";

export function CodeTags({ codes }: { codes: readonly string[] }) {
  return codesOn(codes).map((code) => <code key={code} className={classes["code"]} title="ICD-10-CM" data-testid="line-code">{code}</code>);
}
