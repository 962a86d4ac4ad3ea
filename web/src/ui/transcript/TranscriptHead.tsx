import type { ReactNode } from "react";

import classes from "./Transcript.module.css";

/** The heading above a transcript, with what may be done with the whole of it. */
export function TranscriptHead({ children }: { children?: ReactNode }) {
  return <div className={classes["bar"]}><h2>Transcript</h2>{children}</div>;
}
