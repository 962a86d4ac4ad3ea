/** What a clinician does to a note, each as a pure step from one content to the next. */
import { grouped, NO_LAYOUT, type Layout } from "../../../ui/sections";
import type { DismissReason, OrderStatus } from "../../../api/types";
import { keysOf, type Content, type Line } from "./content";

export type Step = (content: Content) => Content;

function withLine(content: Content, id: string, change: (line: Line) => Line): Content {
  return { ...content, lines: content.lines.map((line) => (line.id === id ? change(line) : line)) };
}

const union = <T>(one: readonly T[], other: readonly T[]): T[] => [...new Set([...one, ...other])];

type Dismissed = Content["dismissed"];

function without(dismissed: Dismissed, keys: readonly string[]): Dismissed {
  return Object.fromEntries(Object.entries(dismissed).filter(([key]) => !keys.includes(key)));
}

function withKeys(dismissed: Dismissed, keys: readonly string[], reason: DismissReason | null): Dismissed {
  return { ...dismissed, ...Object.fromEntries(keys.map((key) => [key, reason])) };
}

/** The lines in the order in which they are read: by part, section, and place within the section. */
export function inOrder(lines: readonly Line[], layout: Layout = NO_LAYOUT): Line[] {
  return grouped(lines, layout).flatMap((group) => group.sections.flatMap((section) => section.lines));
}

export const accept = (ids: readonly string[]): Step => (content) => ({
  ...content, lines: content.lines.map((line) => (ids.includes(line.id) ? { ...line, reviewed: true, stale: null } : line)),
});

export const reject = (id: string, reason: DismissReason | null = null): Step => (content) => {
  const line = content.lines.find((one) => one.id === id);
  if (line === undefined) return content;
  const removed = line.text.trim() === "" ? content.removed : [...content.removed, line];
  return { ...content, lines: content.lines.filter((one) => one !== line), dismissed: withKeys(content.dismissed, keysOf(line), reason), removed };
};

/** At the end of its section. */
export const putBack = (id: string): Step => (content) => {
  const line = content.removed.find((one) => one.id === id);
  if (line === undefined) return content;
  return {
    ...content,
    lines: [...content.lines, line],
    dismissed: without(content.dismissed, keysOf(line)),
    removed: content.removed.filter((one) => one !== line),
  };
};

/** Words of one's own are looked at by writing them, and say themselves how things stand: "Denied" or "Please check" was
    said of the machine's words, and could be the opposite of these. */
const OWN = { origin: "clinician", state: "present", confidence: null, reviewed: true, stale: null } as const;

export const setText = (id: string, text: string): Step => (content) =>
  withLine(content, id, (line) => (line.text === text ? line : { ...line, text, ...OWN }));

/** `beforeId` null: at the end of the section. */
export const place = (id: string, section: string, beforeId: string | null): Step => (content) => {
  const line = content.lines.find((one) => one.id === id);
  if (line === undefined || id === beforeId) return content;
  const rest = content.lines.filter((one) => one !== line);
  const at = beforeId === null ? rest.length : rest.findIndex((one) => one.id === beforeId);
  return { ...content, lines: [...rest.slice(0, at), { ...line, section }, ...rest.slice(at)] };
};

/** One place up or down; over the edge of its section into the next one that is shown. Unchanged at the note's edge. */
export const move = (id: string, step: -1 | 1, layout: Layout = NO_LAYOUT): Step => (content) => {
  const sections = grouped(content.lines, layout).flatMap((group) => group.sections);
  const at = sections.findIndex(({ lines }) => lines.some((line) => line.id === id));
  const own = sections[at];
  if (own === undefined) return content;
  const within = own.lines.findIndex((line) => line.id === id);
  if (step === -1 && within > 0) return place(id, own.section, own.lines[within - 1]?.id ?? null)(content);
  if (step === 1 && within < own.lines.length - 1) return place(id, own.section, own.lines[within + 2]?.id ?? null)(content);
  const next = sections[at + step];
  if (next === undefined) return content;
  return place(id, next.section, step === 1 ? next.lines[0]?.id ?? null : null)(content);
};

function sentence(text: string): string {
  const words = text.trim();
  return words === "" || /[.!?;:]$/u.test(words) ? words : `${words}.`;
}

/** The evidence of both, with the revisions that were on the page. */
function grounds(first: Line, second: Line): Pick<Line, "codes" | "evidence" | "heard"> {
  const heard = new Map([second, first].flatMap((line) => line.evidence.map((id, at) => [id, line.heard[at]] as const)));
  const evidence = union(first.evidence, second.evidence);
  const revisions = evidence.flatMap((id) => heard.get(id) ?? []);
  return { codes: union(first.codes, second.codes), evidence, heard: revisions.length === evidence.length ? revisions : [] };
}

function merged(first: Line, second: Line): Line {
  const text = first.text.trim() === "" ? second.text.trim() : `${sentence(first.text)} ${second.text.trim()}`;
  return {
    ...first, text, ...OWN,
    ...grounds(first, second), mergedKeys: union(first.mergedKeys, keysOf(second)),
  };
}

/** The line that `mergeUp` would merge this one into: the one above it in its section. */
export function aboveOf(content: Content, id: string): Line | null {
  const line = content.lines.find((one) => one.id === id);
  const own = content.lines.filter((one) => one.section === line?.section);
  return own[own.findIndex((one) => one.id === id) - 1] ?? null;
}

/** Into the line above: words one after the other, the evidence and codes of both. */
export const mergeUp = (id: string): Step => (content) => {
  const above = aboveOf(content, id);
  const line = content.lines.find((one) => one.id === id);
  if (above === null || line === undefined) return content;
  const rest = { ...content, lines: content.lines.filter((one) => one !== line) };
  return withLine(rest, above.id, (first) => merged(first, line));
};

/** In two at `at`, a place in its text; both rest on the same evidence. */
export const split = (id: string, at: number, newId: string): Step => (content) => {
  const line = content.lines.find((one) => one.id === id);
  const [head, tail] = [line?.text.slice(0, at).trim() ?? "", line?.text.slice(at).trim() ?? ""];
  if (line === undefined || head === "" || tail === "") return content;
  const first: Line = { ...line, text: head, ...OWN };
  const second: Line = { ...first, id: newId, key: null, text: tail, mergedKeys: [] };
  return { ...content, lines: content.lines.flatMap((one) => (one === line ? [first, second] : [one])) };
};

/** After the line `afterId`, or at the end of its section. */
export const add = (line: Line, afterId: string | null = null): Step => (content) => {
  const at = content.lines.findIndex((one) => one.id === afterId);
  const lines = at < 0 ? [...content.lines, line] : [...content.lines.slice(0, at + 1), line, ...content.lines.slice(at + 1)];
  return { ...content, lines, dismissed: without(content.dismissed, keysOf(line)) };
};

export const dismiss = (keys: readonly string[], reason: DismissReason | null = null): Step => (content) => ({
  ...content, dismissed: withKeys(content.dismissed, keys, reason),
});

export const setOrder = (key: string, status: OrderStatus): Step => (content) => ({ ...content, orders: { ...content.orders, [key]: status } });

/** The machine's newer words, and what they rest on, in place of the line's own. */
export const takeInto = (id: string, offer: Line): Step => (content) =>
  withLine(content, id, (line) => ({
    ...line, ...grounds(line, offer), text: offer.text, state: offer.state, confidence: offer.confidence, basis: offer.basis,
    origin: offer.origin, reviewed: true, stale: null,
  }));

/** The line stands as it is; other words may be offered again. */
export const waveAway = (id: string, offer: Line): Step => (content) => withLine(content, id, (line) => ({ ...line, basis: offer.basis }));

export const setTemplate = (template: string): Step => (content) => ({ ...content, template });

export const addCode = (id: string, code: string): Step => (content) =>
  withLine(content, id, (line) => ({ ...line, codes: union(line.codes, [code]), reviewed: true }));

export const removeCode = (id: string, code: string): Step => (content) =>
  withLine(content, id, (line) => ({ ...line, codes: line.codes.filter((one) => one !== code), reviewed: true }));

/** A line of an older version as it read there: into the line it became, or back where there is none. */
export const bringBack = (line: Line): Step => (content) => {
  const isThere = content.lines.some((one) => one.id === line.id);
  return isThere ? setText(line.id, line.text)(content) : add({ ...line, reviewed: true, stale: null })(content);
};
