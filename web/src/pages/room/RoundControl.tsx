import type { ComponentProps } from "react";

import { Icon, type IconName } from "../../ui/Icon";
import classes from "./Room.module.css";

interface Props extends ComponentProps<"button"> {
  icon: IconName;
  words: string;
  tone?: "plain" | "off" | "danger";
  testId: string;
}

export function RoundControl({ icon, words, tone = "plain", testId, ...button }: Props) {
  return (
    <button type="button" {...button} className={classes["control"]} data-tone={tone} data-testid={testId}>
      <span className={classes["disc"]}><Icon name={icon} size={22} /></span>
      <span className={classes["controlWords"]}>{words}</span>
    </button>
  );
}
