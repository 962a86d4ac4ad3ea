import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { ServiceProblem, UNREACHABLE } from "../src/api/http";
import type { EncounterNote, NoteEdits, NoteLine } from "../src/api/types";
import { lineOf } from "../src/pages/note/model/content";
import { NoteSession, RETRY_AFTER_MS, SAVE_AFTER_MS, type NotePort, type Unsent } from "../src/pages/note/model/note-session";
import { accept, dismiss, reject, setText, takeInto, waveAway } from "../src/pages/note/model/operations";
import { noteLine, noteOf, suggestion } from "./note-lines";

const fever = noteLine("fever", "subjective.hpi", "Denies fever.");
const rest = noteLine("rest", "plan", "Rest.");

/** A server with one note; it merges nothing and says so. */
class Server implements NotePort {
  note: EncounterNote;
  lost = false;
  refusal: ServiceProblem | null = null;
  kept: Unsent | null = null;
  saves = 0;
  merges: string[] = [];

  constructor(note: EncounterNote) {
    this.note = note;
  }

  readonly load = (): Promise<EncounterNote> => this.#answer(() => this.note);
  readonly save = (version: number, edits: NoteEdits): Promise<EncounterNote> =>
    this.#answer(() => {
      this.saves++;
      if (version !== this.note.version) throw problem("note_changed", 412);
      return this.write("Dr. Self", edits.statements.map((line) => ({ ...noteLine(line.id ?? "", line.section, line.text), ...line, key: line.key ?? "" }) as NoteLine), edits);
    });
  readonly keep = (unsent: Unsent | null): void => {
    this.kept = unsent;
  };
  readonly merged = (note: EncounterNote, changed: number): void => {
    this.merges.push(`${note.last_saved_by ?? ""} ${changed}`);
  };

  write(by: string, statements: NoteLine[], edits?: NoteEdits): EncounterNote {
    const dismissed = Object.fromEntries((edits?.dismissed_keys ?? []).map((key) => [key, null]));
    this.note = { ...this.note, statements, version: this.note.version + 1, last_saved_by: by, dismissed: { ...this.note.dismissed, ...dismissed } };
    return this.note;
  }

  #answer<T>(work: () => T): Promise<T> {
    if (this.lost) return Promise.reject(new ServiceProblem(UNREACHABLE));
    if (this.refusal !== null) return Promise.reject(this.refusal);
    return Promise.resolve().then(work);
  }
}

function problem(code: string, status: number): ServiceProblem {
  return new ServiceProblem({ title: code, code, status });
}

const texts = (session: NoteSession) => session.view().content.lines.map((line) => line.text);
const wait = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe("a note that saves itself", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  function opened(note = noteOf([fever, rest])): { server: Server; session: NoteSession } {
    const server = new Server(note);
    return { server, session: new NoteSession(server, note) };
  }

  it("saves a moment after the last change, once", async () => {
    const { server, session } = opened();
    for (const text of ["N", "No", "No fever."]) session.apply(setText("fever", text), "text:fever");
    expect(session.view().sync).toBe("waiting");
    await wait(SAVE_AFTER_MS);
    expect([server.saves, session.view().sync, server.note.statements[0]?.text]).toEqual([1, "saved", "No fever."]);
    expect(session.view().canUndo).toBe(true);
  });

  it("undoes after a save, and saves that", async () => {
    const { server, session } = opened();
    session.apply(reject("rest"));
    await wait(SAVE_AFTER_MS);
    session.undo();
    await wait(SAVE_AFTER_MS);
    expect(server.note.statements.map((line) => line.text)).toEqual(["Denies fever.", "Rest."]);
  });

  it("keeps what is typed while a save is under way", async () => {
    const { server, session } = opened();
    session.apply(setText("fever", "No fever."));
    const flushed = session.flush();
    session.apply(setText("rest", "Bed rest."));
    await flushed;
    expect(texts(session)).toEqual(["No fever.", "Bed rest."]);
    await wait(SAVE_AFTER_MS);
    expect(server.note.statements[1]?.text).toBe("Bed rest.");
  });

  it("keeps words on the device while the line is lost, and sends them when it is back", async () => {
    const { server, session } = opened();
    server.lost = true;
    session.apply(setText("fever", "No fever."));
    await wait(SAVE_AFTER_MS);
    expect(session.view().sync).toBe("offline");
    expect(server.kept?.content.lines[0]?.text).toBe("No fever.");
    session.apply(setText("rest", "Bed rest."));
    server.lost = false;
    server.write("Dr. Other", [...server.note.statements, noteLine("new", "plan", "Fluids.")]);
    await wait(2 * RETRY_AFTER_MS);
    expect(server.note.statements.map((line) => line.text)).toEqual(["No fever.", "Bed rest.", "Fluids."]);
    expect([session.view().sync, server.kept, server.merges]).toEqual(["saved", null, ["Dr. Other 1"]]);
  });

  it("takes up what an earlier page left unsent", async () => {
    const { server } = opened();
    const left = { base: noteOf([fever, rest]), content: accept(["fever"])(new NoteSession(server, noteOf([fever, rest])).view().content) };
    server.write("Dr. Other", [fever, { ...rest, text: "Bed rest." }]);
    const session = new NoteSession(server, server.note, [left]);
    await wait(SAVE_AFTER_MS);
    expect(server.note.statements.map((line) => [line.text, line.reviewed])).toEqual([["Denies fever.", true], ["Bed rest.", false]]);
    expect(session.view().sync).toBe("saved");
  });

  it("merges another person's save at once and names them", async () => {
    const { server, session } = opened();
    session.apply(setText("fever", "No fever."));
    session.told(server.write("Dr. Other", [fever, { ...rest, text: "Bed rest." }]));
    expect(texts(session)).toEqual(["No fever.", "Bed rest."]);
    expect(server.merges).toEqual(["Dr. Other 1"]);
    await wait(SAVE_AFTER_MS);
    expect(server.note).toMatchObject({ version: 3, statements: [{ text: "No fever." }, { text: "Bed rest." }] });
  });

  it("asks where both changed one line, and saves nothing until it is answered", async () => {
    const { server, session } = opened();
    session.apply(setText("fever", "No fever."));
    server.write("Dr. Other", [{ ...fever, text: "Afebrile." }, rest]);
    await wait(SAVE_AFTER_MS);
    expect(session.view()).toMatchObject({ sync: "conflict", conflicts: [{ id: "fever" }] });
    await wait(60_000);
    expect(server.note.version).toBe(2);
    for (const one of session.view().conflicts) session.resolve(one, "both");
    await wait(SAVE_AFTER_MS);
    expect(server.note.statements.map((line) => line.text)).toEqual(["Afebrile.", "No fever.", "Rest."]);
  });

  it("says when the server refuses, and does not ask again until something changes", async () => {
    const { server, session } = opened();
    server.refusal = problem("forbidden", 403);
    session.apply(setText("fever", "No fever."));
    await wait(60_000);
    expect(session.view()).toMatchObject({ sync: "refused", problem: { code: "forbidden" } });
    server.refusal = null;
    session.apply(setText("rest", "Bed rest."));
    await wait(SAVE_AFTER_MS);
    expect([server.saves, session.view().sync]).toEqual([1, "saved"]);
  });

  it("follows the machine's draft until somebody saves, and never overwrites what was typed", () => {
    const { session } = opened(noteOf([fever], { version: 0 }));
    session.told(noteOf([fever, rest], { version: 0, draft_revision: 2 }));
    session.apply(setText("fever", "No fever."));
    session.told(noteOf([{ ...fever, text: "Denies fever and chills." }, rest], { version: 0, draft_revision: 3 }));
    session.told(noteOf([fever], { version: 0, draft_revision: 2 }));
    expect(texts(session)).toEqual(["No fever.", "Rest."]);
  });

  it("offers what was found later, remembers what was waved away, and brings it back on undo", async () => {
    const { session, server } = opened(noteOf([fever], { suggestions: [suggestion("chills", "subjective.hpi", "Denies chills.")] }));
    session.apply(dismiss(["subjective.hpi:chills"]));
    server.note = { ...server.note, suggestions: [] };
    await wait(SAVE_AFTER_MS);
    expect(session.view().suggestions).toEqual([]);
    session.undo();
    expect(session.view().suggestions.map((one) => one.text)).toEqual(["Denies chills."]);
  });

  it("offers newer words beside their line until they are taken or waved away", () => {
    const later = suggestion("fever", "subjective.hpi", "Denies fever and chills.", "fever");
    const { session } = opened(noteOf([fever], { suggestions: [later] }));
    expect(session.view().suggestions).toEqual([later]);
    session.apply(waveAway("fever", lineOf(later)));
    expect(session.view().suggestions).toEqual([]);
    session.undo();
    session.apply(takeInto("fever", lineOf(later)));
    expect([texts(session), session.view().suggestions]).toEqual([["Denies fever and chills."], []]);
  });

  it("keeps the words that a note signed elsewhere does not have, until they are dropped", async () => {
    const { server, session } = opened();
    session.apply(setText("fever", "No fever."));
    session.told({ ...server.note, status: "signed" });
    await wait(60_000);
    expect(session.view()).toMatchObject({ sync: "locked", leftover: [{ text: "No fever." }] });
    expect([server.saves, await session.flush()]).toEqual([0, null]);
    session.drop();
    expect([session.view().leftover, server.kept]).toEqual([[], null]);
  });
});
