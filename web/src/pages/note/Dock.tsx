/** The edge of the window below the note: its bar, and on narrow windows the moment that plays. The page ends above it. */
import { useLayoutEffect, useRef, type ReactNode, type Ref } from "react";

import classes from "./Dock.module.css";

/** `bar` is where the bar goes, which belongs to the editor. How high all of it is the page learns from `--docked`. */
export function Dock({ bar, children }: { bar: Ref<HTMLDivElement>; children: ReactNode }) {
  const dock = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const { style } = document.documentElement;
    // Heights are not whole pixels: what is rounded down leaves a seam under the bar.
    const measured = new ResizeObserver(() => style.setProperty("--docked", `${Math.ceil(dock.current?.getBoundingClientRect().height ?? 0)}px`));
    if (dock.current !== null) measured.observe(dock.current);
    return () => {
      measured.disconnect();
      style.removeProperty("--docked");
    };
  }, []);
  return (
    <div ref={dock} className={`no-print ${classes["dock"] ?? ""}`}>
      {children}
      <div ref={bar} />
    </div>
  );
}
