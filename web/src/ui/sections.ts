/** The SOAP note's sections: which of the four parts a section belongs to, in what order, under which heading. */

export type Part = "subjective" | "objective" | "assessment" | "plan";

export const PARTS: readonly { part: Part; title: string }[] = [
  { part: "subjective", title: "Subjective" },
  { part: "objective", title: "Objective" },
  { part: "assessment", title: "Assessment" },
  { part: "plan", title: "Plan" },
];

const ORDER: Record<Part, readonly string[]> = {
  subjective: [
    "chief_complaint", "history_of_present_illness", "hpi", "review_of_systems", "past_medical_history", "medical_history",
    "surgical_history", "medications", "allergies", "family_history", "social_history",
  ],
  objective: ["vital_signs", "vitals", "exam", "physical_exam", "results"],
  assessment: ["assessment", "diagnosis", "diagnoses", "problems"],
  plan: ["plan", "prescriptions", "medications", "orders", "tests", "referrals", "advice", "patient_education", "follow_up", "followup"],
};

const TITLES: Record<string, string> = {
  hpi: "History of present illness",
  vitals: "Vital signs",
  followup: "Follow-up",
  follow_up: "Follow-up",
  subjective: "Other history",
  objective: "Findings",
  assessment: "Assessment",
  plan: "Plan",
};

function isPart(word: string): word is Part {
  return PARTS.some(({ part }) => part === word);
}

/** "plan.follow_up" belongs to the plan; a bare "allergies" to the first part that knows it. */
export function partOf(section: string): Part {
  const [first = ""] = section.split(".");
  if (isPart(first)) return first;
  return PARTS.find(({ part }) => ORDER[part].includes(first))?.part ?? "subjective";
}

function nameOf(section: string): string {
  return section.split(".").at(-1) ?? section;
}

export function sectionTitle(section: string): string {
  const name = nameOf(section);
  const words = name.replaceAll("_", " ");
  return TITLES[name] ?? words.charAt(0).toUpperCase() + words.slice(1);
}

function rank(section: string): number {
  const at = ORDER[partOf(section)].indexOf(nameOf(section));
  return at < 0 ? ORDER[partOf(section)].length : at;
}

/** How a template lays a note out: a heading and a place for each of its sections. */
export type Layout = ReadonlyMap<string, { title: string; hint: string; at: number }>;

export const NO_LAYOUT: Layout = new Map();

export function layoutOf(sections: readonly { section: string; title: string; hint: string }[]): Layout {
  return new Map(sections.map(({ section, title, hint }, at) => [section, { title, hint, at }]));
}

export const titleIn = (layout: Layout, section: string): string => layout.get(section)?.title ?? sectionTitle(section);

/** What the template does not name stands after what it does. */
function placeIn(layout: Layout, section: string): number {
  return layout.get(section)?.at ?? layout.size + rank(section);
}

export interface SectionGroup<T> {
  part: Part;
  title: string;
  sections: { section: string; title: string; lines: T[] }[];
}

/** Lines under their sections and parts, in the order a clinician reads; parts without a line are left out. */
export function grouped<T extends { section: string }>(lines: readonly T[], layout: Layout = NO_LAYOUT): SectionGroup<T>[] {
  const names = [...new Set(lines.map((line) => line.section))];
  return PARTS.map(({ part, title }) => ({
    part,
    title,
    sections: names
      .filter((section) => partOf(section) === part)
      .sort((a, b) => placeIn(layout, a) - placeIn(layout, b))
      .map((section) => ({ section, title: titleIn(layout, section), lines: lines.filter((line) => line.section === section) })),
  })).filter((group) => group.sections.length > 0);
}

/** The sections a clinician may choose for a line of their own. */
export function sectionChoices(known: readonly string[]): { value: string; label: string }[] {
  const all = [...new Set([...known, "subjective", "objective", "assessment", "plan"])];
  return all
    .sort((a, b) => PARTS.findIndex(({ part }) => part === partOf(a)) - PARTS.findIndex(({ part }) => part === partOf(b)) || rank(a) - rank(b))
    .map((section) => {
      const part = PARTS.find((one) => one.part === partOf(section))?.title ?? "";
      const title = sectionTitle(section);
      return { value: section, label: title === part ? part : `${part}: ${title}` };
    });
}
