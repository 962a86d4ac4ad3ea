/** One open note: edits, undo, saving by itself, lost lines, other people's saves. Knows no page and no network. */
import { asProblem, ServiceProblem } from "../../../api/http";
import type { EncounterNote, NoteEdits, NoteSuggestion, Problem, ReviewItem } from "../../../api/types";
import { contentOf, keysOf, looksLeft, saysTheSame, sendable, toEdits, type Content, type Line } from "./content";
import { closed, committed, historyOf, mapped, redone, undone, type History } from "./history";
import type { Step } from "./operations";
import { rebase, resolved, type Choice, type LineConflict } from "./rebase";

/** After the last key: long enough for a sentence, short enough to forget about saving. */
export const SAVE_AFTER_MS = 1_200;
const KEEP_AFTER_MS = 250;
export const RETRY_AFTER_MS = 4_000;

/** What is not on the server yet: the note it began at, and what became of it here. */
export interface Unsent {
  base: EncounterNote;
  content: Content;
}

export interface NotePort {
  load: () => Promise<EncounterNote>;
  save: (version: number, edits: NoteEdits) => Promise<EncounterNote>;
  /** Keeps it on this device; null: nothing is unsent any more. */
  keep: (unsent: Unsent | null) => void;
  /** Somebody else's save has come in; `changed`: how many lines it touched; `conflicting`: some wait for a choice. */
  merged: (note: EncounterNote, changed: number, conflicting: boolean) => void;
}

/** `offline`: kept here and tried again. `refused`: the server said no. `locked`: the note is signed. */
export type Sync = "saved" | "waiting" | "saving" | "offline" | "conflict" | "refused" | "locked";

export interface NoteView {
  note: EncounterNote;
  content: Content;
  conflicts: readonly LineConflict[];
  sync: Sync;
  problem: Problem | null;
  canUndo: boolean;
  canRedo: boolean;
  /** Lines that nobody has looked at yet. */
  left: number;
  suggestions: readonly NoteSuggestion[];
  review: readonly ReviewItem[];
  /** Words written here that a note signed elsewhere does not have. */
  leftover: readonly Line[];
}

const CHANGED = new Set(["note_changed", "note_conflict", "note_signed"]);

/** Nothing is wrong with what was sent: another try may get through. */
function isLineLost({ status }: Problem): boolean {
  return status === 0 || status === 401 || status === 429 || status >= 500;
}

export const reviewKey = (item: ReviewItem) => (item.key === "" ? `review:${item.text}`.slice(0, 200) : item.key);

function differing(one: Content, other: Content): number {
  const known = new Map(one.lines.map((line) => [line.id, line]));
  const changed = other.lines.filter((line) => known.get(line.id)?.text !== line.text).length;
  const ids = new Set(other.lines.map((line) => line.id));
  return changed + one.lines.filter((line) => !ids.has(line.id)).length;
}

export class NoteSession {
  readonly #port: NotePort;
  #base: EncounterNote;
  /** What `#base` says. */
  #ground: Content;
  #history: History<Content>;
  #conflicts: readonly LineConflict[] = [];
  #offered = new Map<string, NoteSuggestion>();
  #sync: Sync = "saved";
  #problem: Problem | null = null;
  #saving: Promise<void> | null = null;
  #saveTimer: ReturnType<typeof setTimeout> | undefined;
  #keepTimer: ReturnType<typeof setTimeout> | undefined;
  #view: NoteView;
  readonly #listeners = new Set<() => void>();

  constructor(port: NotePort, note: EncounterNote, unsent: readonly Unsent[] = []) {
    this.#port = port;
    this.#base = note;
    this.#ground = contentOf(note);
    this.#history = historyOf(this.#ground);
    this.#offer(note);
    for (const one of unsent) this.#recall(one);
    this.#view = this.#look();
    if (unsent.length > 0) this.#settle();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly view = (): NoteView => this.#view;

  /** `tag`: steps with the same one in a row are undone together. */
  readonly apply = (step: Step, tag = ""): void => {
    this.#step(committed(this.#history, step(this.#content), tag));
  };

  /** What is typed from now on is a step of its own. */
  readonly pause = (): void => {
    this.#history = closed(this.#history);
  };

  readonly undo = (): void => this.#step(undone(this.#history));
  readonly redo = (): void => this.#step(redone(this.#history));

  readonly resolve = (conflict: LineConflict, choice: Choice): void => {
    this.#conflicts = this.#conflicts.filter((one) => one.id !== conflict.id);
    this.#step(committed(this.#history, resolved(this.#content, conflict, choice, crypto.randomUUID())));
  };

  /** The note as the server has it now. */
  readonly told = (note: EncounterNote): void => {
    const old = note.version < this.#base.version || (note.version === this.#base.version && note.draft_revision < this.#base.draft_revision);
    if (note === this.#base || this.#saving !== null || old) return;
    const before = this.#base;
    const changed = differing(this.#ground, contentOf(note));
    this.#adopt(this.#ground, note);
    if (note.version > before.version && changed > 0) this.#port.merged(note, changed, this.#conflicts.length > 0);
    this.#settle();
  };

  /** Now, not in a moment. The saved note, or null where it could not be saved (`view` tells why). */
  readonly flush = async (): Promise<EncounterNote | null> => {
    await this.#saving;
    if (this.#conflicts.length > 0 || this.#isLocked) return null;
    if (this.#isDirty || this.#base.version === 0) await this.#save();
    return this.#sync === "saved" ? this.#base : null;
  };

  readonly retry = (): void => {
    if (this.#isDirty && this.#conflicts.length === 0 && !this.#isLocked) void this.#save();
  };

  /** The words that a note signed elsewhere does not have are no longer wanted. */
  readonly drop = (): void => {
    this.#conflicts = [];
    this.#step(historyOf(this.#ground));
  };

  /** Stops the timers; what is unsent stays kept on the device. */
  readonly close = (): void => {
    this.#unplan();
    clearTimeout(this.#keepTimer);
    if (this.#isDirty) this.#port.keep({ base: this.#base, content: this.#content });
  };

  get #content(): Content {
    return this.#history.present;
  }

  get #isDirty(): boolean {
    return !saysTheSame(sendable(this.#content, this.#ground), this.#ground);
  }

  get #isLocked(): boolean {
    return this.#base.status !== "draft";
  }

  #step(history: History<Content>): void {
    this.#history = history;
    // What was refused is not sent again as it was.
    if (this.#sync === "refused") this.#sync = "waiting";
    this.#settle();
  }

  #recall({ base, content }: Unsent): void {
    const { content: mine, conflicts } = rebase(contentOf(base), content, this.#content);
    this.#history = committed(this.#history, mine);
    this.#conflicts = [...this.#conflicts, ...conflicts];
  }

  /** `from`: what the server was sent, or what it last said. */
  #adopt(from: Content, note: EncounterNote): void {
    const to = contentOf(note);
    // The machine's draft grows under an edit that nobody saved yet: the words written here stand, the new ones are offered.
    const live = note.version === 0;
    const { conflicts } = rebase(from, this.#content, to);
    this.#history = mapped(this.#history, (content) => rebase(from, content, to).content);
    const fresh = live ? [] : conflicts;
    const open = this.#conflicts.filter((one) => !fresh.some((other) => other.id === one.id));
    this.#conflicts = [...open, ...fresh];
    this.#base = note;
    this.#ground = to;
    this.#offer(note);
  }

  /** What was waved away here is remembered, so that undo brings it back. */
  #offer(note: EncounterNote): void {
    const lines = new Map(this.#content.lines.map((line) => [line.id, line.basis]));
    const isSettled = ({ key, about, basis }: NoteSuggestion) => (about === null ? key in this.#content.dismissed : lines.get(about) === basis);
    const remembered = [...this.#offered].filter(([, one]) => isSettled(one));
    this.#offered = new Map([...remembered, ...note.suggestions.map((one) => [one.key, one] as const)]);
  }

  #settle(): void {
    const dirty = this.#isDirty;
    this.#sync = this.#syncOf(dirty);
    // A line that is lost is tried at its own pace, however much is typed meanwhile.
    if (this.#sync !== "offline" || this.#saveTimer === undefined) this.#plan();
    if (!dirty) this.#problem = null;
    this.#keep(dirty);
    this.#tell();
  }

  #syncOf(dirty: boolean): Sync {
    if (this.#isLocked) return "locked";
    if (this.#conflicts.length > 0) return "conflict";
    if (this.#saving !== null) return "saving";
    if (!dirty) return "saved";
    return this.#sync === "offline" || this.#sync === "refused" ? this.#sync : "waiting";
  }

  #plan(): void {
    this.#unplan();
    const wait = this.#sync === "waiting" ? SAVE_AFTER_MS : this.#sync === "offline" ? RETRY_AFTER_MS : null;
    if (wait !== null) this.#saveTimer = setTimeout(() => void this.#save(), wait);
  }

  #unplan(): void {
    clearTimeout(this.#saveTimer);
    this.#saveTimer = undefined;
  }

  #keep(dirty: boolean): void {
    clearTimeout(this.#keepTimer);
    if (!dirty) this.#port.keep(null);
    else this.#keepTimer = setTimeout(() => this.#port.keep({ base: this.#base, content: this.#content }), KEEP_AFTER_MS);
  }

  async #save(): Promise<void> {
    this.#unplan();
    if (this.#saving === null) {
      const lost = this.#sync === "offline";
      this.#saving = this.#send().finally(() => {
        this.#saving = null;
      }).then(() => this.#settle());
      // A try on a lost line is not worth a flicker.
      if (!lost) this.#sync = "saving";
      this.#tell();
    }
    await this.#saving;
  }

  async #send(): Promise<void> {
    const sent = sendable(this.#content, this.#ground);
    try {
      const note = await this.#port.save(this.#base.version, toEdits(sent));
      const theirs = differing(sent, contentOf(note));
      this.#adopt(sent, note);
      this.#sync = "waiting";
      this.#problem = null;
      if (note.merged) this.#port.merged(note, theirs, this.#conflicts.length > 0);
    } catch (error) {
      await this.#failed(error);
    }
  }

  async #failed(error: unknown): Promise<void> {
    const problem = asProblem(error);
    if (error instanceof ServiceProblem && CHANGED.has(error.code)) {
      try {
        const note = await this.#port.load();
        const changed = differing(this.#ground, contentOf(note));
        const moved = note.version > this.#base.version || note.status !== "draft";
        this.#adopt(this.#ground, note);
        this.#sync = "waiting";
        if (moved) {
          this.#port.merged(note, changed, this.#conflicts.length > 0);
          return;
        }
      } catch (again) {
        await this.#failed(again);
        return;
      }
    }
    this.#problem = problem;
    this.#sync = isLineLost(problem) ? "offline" : "refused";
  }

  #look(): NoteView {
    const content = this.#content;
    const known = new Set([...content.lines.flatMap(keysOf), ...Object.keys(content.dismissed)]);
    const basisOf = new Map(content.lines.map((line) => [line.id, line.basis]));
    const said = new Set(this.#base.statements.map((line) => line.text));
    return {
      note: this.#base, content, conflicts: this.#conflicts, sync: this.#sync, problem: this.#problem,
      canUndo: this.#history.past.length > 0, canRedo: this.#history.future.length > 0, left: looksLeft(content),
      suggestions: [...this.#offered.values()].filter((one) => (one.about === null ? !known.has(one.key) : basisOf.get(one.about) !== one.basis && basisOf.has(one.about))),
      review: this.#base.review.filter((item) => !(reviewKey(item) in content.dismissed)),
      leftover: this.#isLocked ? content.lines.filter((line) => line.text.trim() !== "" && !said.has(line.text)) : [],
    };
  }

  #tell(): void {
    this.#view = this.#look();
    for (const listener of this.#listeners) listener();
  }
}
