/** The administrator's page about note templates: which one notes begin with, and the clinic's own. */
import "@mantine/core/styles/Radio.css";
import { Button, Radio } from "@mantine/core";
import { useBlocker } from "@tanstack/react-router";
import { useState } from "react";

import type { NoteTemplate } from "../../api/types";
import { Icon } from "../../ui/Icon";
import { PageHead } from "../../ui/PageHead";
import { Pill } from "../../ui/Pill";
import { LoadingRows, Refused } from "../../ui/States";
import { TemplateEditor } from "./TemplateEditor";
import { problemOf, withChanged, withCopy, without, type Edited } from "./templates-model";
import classes from "./Templates.module.css";
import { useTemplates } from "./use-templates";

function Row({ template, own, open, toggle, copy }: { template: NoteTemplate; own: boolean; open: boolean; toggle: () => void; copy: () => void }) {
  return (
    <div className={classes["row"]}>
      <Radio value={template.id} label={template.name} description={template.sections.map((part) => part.title).join(" · ")} className={classes["choice"] ?? ""} data-testid="template-choice" />
      <div className={classes["acts"]}>
        {own && <Button size="xs" variant="default" aria-expanded={open} onClick={toggle} data-testid="template-edit" aria-label={`${open ? "Close" : "Edit"} ${template.name}`}>{open ? "Close" : "Edit"}</Button>}
        <Button size="xs" variant="default" leftSection={<Icon name="copy" size={14} />} onClick={copy} data-testid="template-copy" aria-label={`Copy ${template.name} as our own`}>Copy</Button>
      </div>
    </div>
  );
}

function Conflict({ busy, save, takeTheirs }: { busy: boolean; save: () => void; takeTheirs: () => void }) {
  return (
    <section className={classes["conflict"]} role="alert" data-testid="templates-conflict">
      <Icon name="alert" size={24} />
      <div>
        <h2>The templates were changed by somebody else meanwhile</h2>
        <p>What you entered is still here. Saving yours replaces theirs.</p>
        <div className="row">
          <Button size="sm" loading={busy} onClick={save}>Save mine</Button>
          <Button size="sm" variant="default" onClick={takeTheirs}>Show theirs</Button>
        </div>
      </div>
    </section>
  );
}

function Templates({ edited, change }: { edited: Edited; change: (next: Edited) => void }) {
  const [open, setOpen] = useState<string | null>(null);
  const soap = edited.base.built_in[0];
  const copy = (template: NoteTemplate) => {
    const next = withCopy(edited, template);
    change(next);
    setOpen(next.own[next.own.length - 1]?.id ?? null);
  };
  return (
    <Radio.Group value={edited.default} onChange={(chosen) => change({ ...edited, default: chosen })} label="A new note begins with" description="The doctor can choose another one for each visit.">
      <h2>Of this clinic</h2>
      {edited.own.length === 0 && <p className={classes["none"]}>None yet. Copy one of those below and change it.</p>}
      {edited.own.map((template) => (
        <div key={template.id} data-testid="own-template" data-template={template.id}>
          <Row template={template} own open={open === template.id} toggle={() => setOpen(open === template.id ? null : template.id)} copy={() => copy(template)} />
          {open === template.id && soap !== undefined && <TemplateEditor template={template} soap={soap} change={(next) => change(withChanged(edited, next))} remove={() => change(without(edited, template.id))} />}
        </div>
      ))}
      <h2>Coming with Consultroom</h2>
      {edited.base.built_in.map((template) => <Row key={template.id} template={template} own={false} open={false} toggle={() => undefined} copy={() => copy(template)} />)}
    </Radio.Group>
  );
}

/** Leaving with unsaved templates asks first, inside the app and at the window's edge. */
function useUnsavedGuard(dirty: boolean): void {
  useBlocker({
    shouldBlockFn: () => dirty && !window.confirm("The templates are not saved. Leave without saving?"),
    enableBeforeUnload: () => dirty,
  });
}

export function TemplatesPage() {
  const { query, saved, edited, dirty, conflict, busy, change, save, takeTheirs } = useTemplates();
  useUnsavedGuard(dirty);
  const blocked = edited?.own.some((template) => problemOf(template) !== null) ?? true;
  return (
    <>
      <PageHead title="Note templates" lead="In which order, and under which headings, notes are written here." />
      {query.isPending && <LoadingRows rows={3} label="Loading the templates" />}
      {query.isError && edited === null && <Refused error={query.error} retry={() => void query.refetch()} />}
      {conflict && <Conflict busy={busy} save={save} takeTheirs={takeTheirs} />}
      {edited !== null && saved !== undefined && (
        <form className={`card ${classes["card"] ?? ""}`} onSubmit={(event) => { event.preventDefault(); save(); }}>
          <Templates edited={edited} change={change} />
          <div className={classes["save"]}>
            <Button type="submit" loading={busy} disabled={!dirty || conflict || blocked} data-testid="templates-save">Save</Button>
            <div role="status" data-testid="templates-status" data-version={saved.version} data-dirty={dirty}>
              {dirty ? <Pill tone="amber" dot>Unsaved changes</Pill> : <Pill tone="pine">{saved.version === 0 ? "Nobody has changed these yet" : `Version ${saved.version}`}</Pill>}
            </div>
          </div>
        </form>
      )}
    </>
  );
}
