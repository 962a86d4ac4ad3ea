import { useBlocker } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useState } from "react";
import { createPortal } from "react-dom";

import type { NoteSession } from "./model/note-session";
import classes from "./Note.module.css";
import { Paper } from "./Paper";
import { ShortcutsDialog } from "./ShortcutsDialog";
import { SignDialog } from "./SignDialog";
import { Toolbar } from "./Toolbar";
import type { Desk } from "./use-desk";

const Versions = lazy(async () => ({ default: (await import("./Versions")).Versions }));

/** Leaving saves first; only what cannot be saved asks. */
function useUnsavedGuard(session: NoteSession, sync: string): void {
  const unsent = sync !== "saved" && sync !== "locked";
  useBlocker({
    shouldBlockFn: async () => {
      if (!unsent || await session.flush() !== null || session.view().sync === "offline") return false;
      return !window.confirm("Some changes to this note are not saved. Leave without them?");
    },
    enableBeforeUnload: () => unsent,
  });
}

const EDITABLE = "input, textarea, select, [contenteditable=true]";

/** Ctrl S saves now; Ctrl Z and Ctrl Shift Z undo and redo wherever nobody types. */
function usePageKeys(desk: Desk): void {
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
      const key = event.key.toLowerCase();
      if (key === "s") void desk.session.flush();
      else if (event.target instanceof Element && event.target.closest(EDITABLE) !== null) return;
      else if (key === "z" && !event.shiftKey) desk.undo();
      else if ((key === "z" && event.shiftKey) || key === "y") desk.redo();
      else return;
      event.preventDefault();
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, [desk]);
}

export function Editor({ visitId, desk, waiting, decide, bar }: { visitId: string; desk: Desk; waiting: number; decide: () => void; bar: HTMLElement | null }) {
  const [open, setOpen] = useState<"sign" | "help" | "versions" | null>(null);
  const [menu, setMenu] = useState<string | null>(null);
  useUnsavedGuard(desk.session, desk.view.sync);
  usePageKeys(desk);
  const close = () => setOpen(null);
  const asked = { sign: () => setOpen("sign"), help: () => setOpen("help"), menu: setMenu, decide };
  return (
    <>
      {bar !== null && createPortal(<Toolbar desk={desk} waiting={waiting} decide={decide} openVersions={() => setOpen("versions")} openHelp={asked.help} openSign={asked.sign} />, bar)}
      <p className={classes["told"]} role="status" aria-live="polite">{desk.told}</p>
      <Paper desk={desk} asked={asked} menu={menu} setMenu={setMenu} />
      <SignDialog visitId={visitId} desk={desk} opened={open === "sign"} close={close} />
      <ShortcutsDialog opened={open === "help"} close={close} />
      {open === "versions" && <Suspense fallback={null}><Versions visitId={visitId} session={desk.session} close={close} /></Suspense>}
    </>
  );
}
