import type { ReactNode } from "react";

import classes from "./Pill.module.css";

export type Tone = "neutral" | "pine" | "amber" | "rose" | "stage";

export function Pill({ tone = "neutral", dot = false, children }: { tone?: Tone; dot?: boolean; children: ReactNode }) {
  return (
    <span className={classes["pill"]} data-tone={tone}>
      {dot && <span className={classes["dot"]} aria-hidden="true" />}
      {children}
    </span>
  );
}
