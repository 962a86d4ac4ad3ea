import { Modal } from "@mantine/core";

import classes from "./Note.module.css";
import { SHORTCUTS, TYPING } from "./shortcuts";

function Keys({ title, keys }: { title: string; keys: readonly { shown: string; words: string }[] }) {
  return (
    <section>
      <h3>{title}</h3>
      <dl className={classes["keys"]}>
        {keys.map(({ shown, words }) => <div key={shown}><dt>{shown.split(" ").map((part, at) => (part === "or" ? " or " : <kbd key={`${part}${at}`}>{part}</kbd>))}</dt><dd>{words}</dd></div>)}
      </dl>
    </section>
  );
}

export function ShortcutsDialog({ opened, close }: { opened: boolean; close: () => void }) {
  return (
    <Modal opened={opened} onClose={close} title="Keyboard" size="52rem" closeButtonProps={{ "aria-label": "Close" }}>
      <p className="soft small">Tab to a line of the note (or press Next), then:</p>
      <div className={classes["shortcuts"]}>
        {SHORTCUTS.map((group) => <Keys key={group.title} {...group} />)}
        <Keys title="While you edit a line" keys={TYPING} />
      </div>
    </Modal>
  );
}
