/** The keys of the note. They work while the keyboard is on a line, never while somebody types. */
import type { Desk } from "./use-desk";

interface Shortcut {
  /** As `event.key` in lower case, with "alt+" and "shift+" before it. */
  keys: readonly string[];
  shown: string;
  words: string;
  act: (desk: Desk, id: string, asked: Asked) => void;
}

/** What the page opens on request. */
export interface Asked {
  sign: () => void;
  help: () => void;
  menu: (id: string) => void;
  decide: () => void;
}

const sectionOf = (desk: Desk, id: string) => desk.lines.find((line) => line.id === id)?.section ?? "subjective.hpi";

export const SHORTCUTS: readonly { title: string; keys: readonly Shortcut[] }[] = [
  {
    title: "Get around",
    keys: [
      { keys: ["j", "arrowdown"], shown: "J or ↓", words: "Next line", act: (desk) => desk.step(1) },
      { keys: ["k", "arrowup"], shown: "K or ↑", words: "Line before", act: (desk) => desk.step(-1) },
      { keys: ["n"], shown: "N", words: "Next line to review", act: (desk) => desk.next() },
      { keys: ["home"], shown: "Home", words: "First line", act: (desk) => { if (desk.lines[0] !== undefined) desk.focus(desk.lines[0].id); } },
      { keys: ["end"], shown: "End", words: "Last line", act: (desk) => { const last = desk.lines.at(-1); if (last !== undefined) desk.focus(last.id); } },
      { keys: ["d"], shown: "D", words: "What is left to decide beside the note; Esc comes back", act: (_, __, asked) => asked.decide() },
      { keys: ["e"], shown: "E", words: "Play where it was said; again for the next moment", act: (desk, id) => desk.play(id) },
    ],
  },
  {
    title: "Review",
    keys: [
      { keys: ["a"], shown: "A", words: "Accept, and on to the next", act: (desk, id) => desk.accept(id, true) },
      { keys: ["shift+a"], shown: "Shift A", words: "Accept the whole section", act: (desk, id) => desk.acceptSection(sectionOf(desk, id)) },
      { keys: ["x", "delete"], shown: "X", words: "Remove", act: (desk, id) => desk.reject(id) },
      { keys: ["s"], shown: "S", words: "Sign", act: (_, __, asked) => asked.sign() },
    ],
  },
  {
    title: "Change",
    keys: [
      { keys: ["enter", "f2"], shown: "Enter", words: "Edit the words", act: (desk, id) => desk.edit(id) },
      { keys: ["o"], shown: "O", words: "Write a new line below", act: (desk, id) => desk.add(sectionOf(desk, id), id) },
      { keys: ["m"], shown: "M", words: "Merge with the line above", act: (desk, id) => desk.merge(id) },
      { keys: ["alt+arrowup"], shown: "Alt ↑", words: "Move up, over the edge into the section before", act: (desk, id) => desk.move(id, -1) },
      { keys: ["alt+arrowdown"], shown: "Alt ↓", words: "Move down, over the edge into the next section", act: (desk, id) => desk.move(id, 1) },
      { keys: ["."], shown: ".", words: "Everything else for this line", act: (_, id, asked) => asked.menu(id) },
      { keys: ["u"], shown: "U or Ctrl Z", words: "Undo", act: (desk) => desk.undo() },
      { keys: ["shift+u"], shown: "Shift U", words: "Do it again", act: (desk) => desk.redo() },
      { keys: ["?", "shift+?"], shown: "?", words: "This list", act: (_, __, asked) => asked.help() },
    ],
  },
];

/** While the words of a line are being edited. */
export const TYPING: readonly { shown: string; words: string }[] = [
  { shown: "Enter", words: "Done" },
  { shown: "Esc", words: "Back to the words as they were" },
  { shown: "Ctrl Enter", words: "Split the line here" },
];

const BY_KEY = new Map(SHORTCUTS.flatMap(({ keys }) => keys.flatMap((one) => one.keys.map((key) => [key, one] as const))));

interface Pressed {
  key: string;
  altKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  shiftKey: boolean;
}

export function shortcutFor({ key, altKey, ctrlKey, metaKey, shiftKey }: Pressed): Shortcut | undefined {
  if (ctrlKey || metaKey) return undefined;
  return BY_KEY.get(`${altKey ? "alt+" : ""}${shiftKey ? "shift+" : ""}${key.toLowerCase()}`);
}
