/** The three faces of a list that has nothing to show yet: waiting, empty, refused. */
import { Button, Skeleton } from "@mantine/core";
import type { ReactNode } from "react";

import { asProblem, furtherWords } from "../api/http";
import { Icon, type IconName } from "./Icon";
import classes from "./States.module.css";

export function LoadingRows({ rows = 3, height = 76, label = "Loading" }: { rows?: number; height?: number; label?: string }) {
  return (
    <div className="stack" role="status" aria-label={label}>
      {Array.from({ length: rows }, (_, row) => <Skeleton key={row} height={height} radius="lg" />)}
    </div>
  );
}

export function Empty({ icon, title, children, action }: {
  icon: IconName; title: string; children?: ReactNode; action?: ReactNode;
}) {
  return (
    <div className={classes["state"]}>
      <span className={classes["badge"]}><Icon name={icon} size={24} /></span>
      <p className={classes["title"]}>{title}</p>
      {children !== undefined && <div className="soft">{children}</div>}
      {action}
    </div>
  );
}

export function Refused({ error, retry, retryWords = "Try again", action }: {
  error: unknown; retry?: (() => void) | undefined; retryWords?: string; action?: ReactNode;
}) {
  const problem = asProblem(error);
  return (
    <div className={classes["state"]} role="alert" data-tone="problem" data-code={problem.code}>
      <span className={classes["badge"]}><Icon name="alert" size={24} /></span>
      <p className={classes["title"]}>{problem.title}</p>
      <p className="soft">{furtherWords(problem)}</p>
      <div className="row">
        {retry !== undefined && <Button variant="default" onClick={retry}>{retryWords}</Button>}
        {action}
      </div>
    </div>
  );
}
