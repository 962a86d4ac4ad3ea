import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

import classes from "./BareFrame.module.css";
import { Wordmark } from "./Wordmark";

/** The frame around a visit outside its room: a quiet header, one thing to do. */
export function BareFrame({ children, wide = false }: { children: ReactNode; wide?: boolean }) {
  return (
    <>
      <a className="skip-link" href="#main">Skip to content</a>
      <header className={classes["header"]}>
        <Link to="/" className={classes["home"]} aria-label="Consultroom, home"><Wordmark /></Link>
        <Link to="/" className={classes["back"]}>Back to my visits</Link>
      </header>
      <main id="main" tabIndex={-1} className={classes["main"]} data-wide={wide}>{children}</main>
    </>
  );
}
