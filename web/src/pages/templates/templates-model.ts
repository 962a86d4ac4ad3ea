/** Editing note templates, as pure values. */
import type { ClinicTemplates, ClinicTemplatesEdits, NoteTemplate, TemplateSection } from "../../api/types";

export interface Edited {
  base: ClinicTemplates;
  default: string;
  own: readonly NoteTemplate[];
}

export const editedOf = (base: ClinicTemplates): Edited => ({ base, default: base.default, own: base.own });

export const isDirty = ({ base, own, default: chosen }: Edited): boolean =>
  chosen !== base.default || JSON.stringify(own) !== JSON.stringify(base.own);

export const editsOf = ({ default: chosen, own }: Edited): ClinicTemplatesEdits => ({ default: chosen, own: [...own] });

const known = (edited: Edited): readonly NoteTemplate[] => [...edited.base.built_in, ...edited.own];

/** "Dr Kim's brief note" -> "dr-kim-s-brief-note", and a number where that is taken. Saved notes name it, so it never changes. */
export function freshId(name: string, taken: ReadonlySet<string>): string {
  const plain = name.toLowerCase().normalize("NFKD").replace(/[^a-z0-9]+/g, "-").replace(/^[^a-z]+|-+$/g, "").slice(0, 32) || "template";
  const base = plain.length < 2 ? `${plain}-note` : plain;
  for (let number = 1; ; number += 1) {
    const id = number === 1 ? base : `${base}-${number}`;
    if (!taken.has(id)) return id;
  }
}

/** A copy of a template under a name of its own, last in the list. */
export function withCopy(edited: Edited, of: NoteTemplate): Edited {
  const name = `${of.name.slice(0, 70)} (ours)`;
  const id = freshId(name, new Set(known(edited).map((one) => one.id)));
  return { ...edited, own: [...edited.own, { ...of, id, name }] };
}

export const withChanged = (edited: Edited, changed: NoteTemplate): Edited => ({
  ...edited, own: edited.own.map((one) => (one.id === changed.id ? changed : one)),
});

/** Without it; a default that goes falls back to SOAP. */
export const without = (edited: Edited, id: string): Edited => ({
  ...edited, own: edited.own.filter((one) => one.id !== id), default: edited.default === id ? "soap" : edited.default,
});

export function moved(sections: readonly TemplateSection[], at: number, by: -1 | 1): TemplateSection[] {
  const to = at + by;
  const [part, other] = [sections[at], sections[to]];
  if (part === undefined || other === undefined) return [...sections];
  return sections.map((one, index) => (index === at ? other : index === to ? part : one));
}

/** Sections that SOAP has and this template leaves out. */
export const missing = (template: NoteTemplate, soap: NoteTemplate): TemplateSection[] =>
  soap.sections.filter((part) => !template.sections.some((own) => own.section === part.section));

/** What keeps it from being saved, in words, or null. */
export function problemOf(template: NoteTemplate): string | null {
  if (template.name.trim() === "") return "The template needs a name.";
  if (template.sections.length === 0) return "The template needs at least one heading.";
  if (template.sections.some((part) => part.title.trim() === "")) return "Every heading needs words.";
  return null;
}
