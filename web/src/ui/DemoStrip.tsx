import { Icon } from "./Icon";
import classes from "./DemoStrip.module.css";

export const DEMO_WARNING = "The demo speech model knows only the demo's voices and words. It is not for care.";

/** On every page of a demo clinic: what the numbers and texts here are worth. */
export function DemoStrip() {
  return (
    <aside className={`${classes["strip"] ?? ""} no-print`} aria-label="Demo clinic" data-testid="demo-banner">
      <Icon name="info" size={18} />
      <p><strong>Demo clinic.</strong> {DEMO_WARNING}</p>
    </aside>
  );
}
