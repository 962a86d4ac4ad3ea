/** One of the clinic's own templates: its name, and its headings in their order. */
import { Button, Checkbox, NativeSelect, TextInput } from "@mantine/core";
import { useState } from "react";

import type { NoteTemplate, TemplateSection } from "../../api/types";
import { Icon } from "../../ui/Icon";
import { missing, moved, problemOf } from "./templates-model";
import classes from "./Templates.module.css";

function Heading({ part, at, last, change, move, remove }: {
  part: TemplateSection; at: number; last: boolean;
  change: (next: TemplateSection) => void; move: (by: -1 | 1) => void; remove: () => void;
}) {
  return (
    <li className={classes["heading"]} data-testid="template-section" data-section={part.section}>
      <div className={classes["words"]}>
        <TextInput size="sm" label={`Heading ${at + 1}`} value={part.title} maxLength={80} onChange={(event) => change({ ...part, title: event.currentTarget.value })} />
        <TextInput size="sm" label="What belongs here" value={part.hint} maxLength={240} placeholder="Shown in grey while it is empty" onChange={(event) => change({ ...part, hint: event.currentTarget.value })} />
        <Checkbox className={classes["silent"] ?? ""} label="“Not discussed” when silent" checked={part.expected} onChange={(event) => change({ ...part, expected: event.currentTarget.checked })} />
      </div>
      <div className={classes["moves"]}>
        <button type="button" onClick={() => move(-1)} disabled={at === 0} aria-label={`Move ${part.title} up`}><Icon name="up" size={18} /></button>
        <button type="button" onClick={() => move(1)} disabled={last} aria-label={`Move ${part.title} down`}><Icon name="down" size={18} /></button>
        <button type="button" onClick={remove} aria-label={`Remove ${part.title}`}><Icon name="trash" size={18} /></button>
      </div>
    </li>
  );
}

export function TemplateEditor({ template, soap, change, remove }: { template: NoteTemplate; soap: NoteTemplate; change: (next: NoteTemplate) => void; remove: () => void }) {
  const [adding, setAdding] = useState("");
  const left = missing(template, soap);
  const chosen = left.find((part) => part.section === adding) ?? left[0];
  const problem = problemOf(template);
  const put = (sections: TemplateSection[]) => change({ ...template, sections });
  return (
    <div className={classes["editor"]} data-testid="template-editor">
      <TextInput label="Name" value={template.name} maxLength={80} onChange={(event) => change({ ...template, name: event.currentTarget.value })} data-testid="template-name" />
      <ol className={classes["headings"]} aria-label={`Headings of ${template.name}`}>
        {template.sections.map((part, at) => (
          <Heading key={part.section} part={part} at={at} last={at === template.sections.length - 1}
            change={(next) => put(template.sections.map((one) => (one.section === next.section ? next : one)))}
            move={(by) => put(moved(template.sections, at, by))}
            remove={() => put(template.sections.filter((one) => one.section !== part.section))} />
        ))}
      </ol>
      {chosen !== undefined && (
        <div className={classes["adding"]}>
          <NativeSelect label="Add a heading for" value={chosen.section} data={left.map((part) => ({ value: part.section, label: part.title }))} onChange={(event) => setAdding(event.currentTarget.value)} />
          <Button variant="default" leftSection={<Icon name="plus" size={16} />} onClick={() => put([...template.sections, chosen])} data-testid="template-add-section">Add</Button>
        </div>
      )}
      <p className="small soft">What is said for a section that has no heading here is shown at the end of the note: a template hides nothing.</p>
      {problem !== null && <p className={classes["problem"]} role="alert">{problem}</p>}
      <div><Button variant="default" color="red" leftSection={<Icon name="trash" size={16} />} onClick={remove} data-testid="template-remove">Remove this template</Button></div>
    </div>
  );
}
