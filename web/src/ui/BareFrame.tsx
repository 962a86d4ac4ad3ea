import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

import { sessionQuery } from "../api/queries";
import classes from "./BareFrame.module.css";
import { Wordmark } from "./Wordmark";

/** The frame around a visit outside its room: a quiet header, one thing to do. */
export function BareFrame({ children, wide = false }: { children: ReactNode; wide?: boolean }) {
  const { data: session } = useQuery(sessionQuery);
  // Guests, and whoever just opened an invitation, have no other page here.
  const atHome = session != null && session.role !== "guest";
  return (
    <>
      <a className="skip-link" href="#main">Skip to content</a>
      <header className={classes["header"]}>
        {atHome
          ? <><Link to="/" className={classes["home"]} aria-label="Consultroom, home"><Wordmark /></Link><Link to="/" className={classes["back"]}>Back to my visits</Link></>
          : <span className={classes["home"]}><Wordmark /></span>}
      </header>
      <main id="main" tabIndex={-1} className={classes["main"]} data-wide={wide}>{children}</main>
    </>
  );
}
