/** The clinic's list of names: typed or pasted, each removed with one click. */
import { Button, Textarea } from "@mantine/core";
import { useState, type KeyboardEvent } from "react";

import { Icon } from "../../ui/Icon";
import { withNames, without } from "./formulary";
import classes from "./Speech.module.css";

export function Formulary({ names, most, change }: { names: readonly string[]; most: number; change: (names: string[]) => void }) {
  const [text, setText] = useState("");
  const [refused, setRefused] = useState<string[]>([]);
  const add = () => {
    if (text.trim() === "") return;
    const added = withNames(names, text, most);
    setRefused(added.refused);
    setText("");
    change(added.names);
  };
  const key = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    add();
  };
  return (
    <div className={classes["formulary"]}>
      <div className={classes["adding"]}>
        <Textarea className={classes["grow"] ?? ""} label="Add names" autosize minRows={1} maxRows={6} placeholder="apixaban, co-codamol" value={text}
          description="Enter adds them. A pasted list may have one name a line or commas between them." data-testid="formulary-text"
          onChange={(event) => setText(event.currentTarget.value)} onKeyDown={key} />
        <Button variant="default" disabled={text.trim() === ""} onClick={add} data-testid="formulary-add">Add</Button>
      </div>
      {refused.length > 0 && <div className={classes["refused"]} role="alert" data-testid="formulary-refused">{refused.map((why) => <p key={why}>{why}</p>)}</div>}
      <p className="small soft" role="status">{names.length === 0 ? "No names yet." : `${names.length} of at most ${most} names.`}</p>
      {names.length === 0
        ? <p className={classes["none"]}>Without a list the engine expects only what the patient&apos;s own notes name.</p>
        : (
          <ul className={classes["names"]} aria-label="Formulary">
            {names.map((name) => (
              <li key={name} data-testid="formulary-name">
                <span>{name}</span>
                <button type="button" onClick={() => change(without(names, name))} aria-label={`Remove ${name}`}><Icon name="close" size={14} /></button>
              </li>
            ))}
          </ul>
        )}
    </div>
  );
}
