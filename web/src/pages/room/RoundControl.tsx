import { Icon, type IconName } from "../../ui/Icon";
import classes from "./Room.module.css";

export function RoundControl({ icon, words, pressed, tone = "plain", onClick, testId }: {
  icon: IconName; words: string; pressed?: boolean; tone?: "plain" | "off" | "danger"; onClick: () => void; testId: string;
}) {
  return (
    <button type="button" className={classes["control"]} data-tone={tone} aria-pressed={pressed} onClick={onClick} data-testid={testId}>
      <span className={classes["disc"]}><Icon name={icon} size={22} /></span>
      <span className={classes["controlWords"]}>{words}</span>
    </button>
  );
}
