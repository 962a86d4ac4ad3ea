import type { ReactNode } from "react";

import classes from "./PageHead.module.css";
import { PageTitle } from "./PageTitle";

/** The page's one h1, its document title, and what may be done from here. */
export function PageHead({ title, lead, children }: { title: string; lead?: ReactNode; children?: ReactNode }) {
  return (
    <div className={classes["head"]}>
      <PageTitle title={title} />
      <div>
        <h1>{title}</h1>
        {lead !== undefined && <p className="soft">{lead}</p>}
      </div>
      {children !== undefined && <div className="row no-print">{children}</div>}
    </div>
  );
}
