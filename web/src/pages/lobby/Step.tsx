import type { ReactNode } from "react";

import { Icon, type IconName } from "../../ui/Icon";
import classes from "./Lobby.module.css";

export function Step({ icon, title, done, children }: { icon: IconName; title: string; done: boolean; children: ReactNode }) {
  return (
    <section className={classes["step"]} aria-label={title}>
      <h2><Icon name={icon} />{title}{done && <span className={classes["tick"]}><Icon name="check" size={16} /><span className={classes["hidden"]}>works</span></span>}</h2>
      {children}
    </section>
  );
}
