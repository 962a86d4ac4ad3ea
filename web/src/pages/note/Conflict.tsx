/** One line changed by two people: the person decides, and whatever they decide nothing is lost without them. */
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { sessionQuery } from "../../api/queries";
import { Icon } from "../../ui/Icon";
import type { Choice, LineConflict } from "./model/rebase";
import classes from "./Row.module.css";
import { savedBy } from "./saved-by";
import type { Desk } from "./use-desk";

const gone = <em>taken out</em>;

export function LineConflictBox({ conflict, desk }: { conflict: LineConflict; desk: Desk }) {
  const { theirs, yours } = conflict;
  const { data: me } = useQuery(sessionQuery);
  const by = savedBy(desk.view.note, me?.display_name);
  const choose = (choice: Choice) => {
    desk.session.resolve(conflict, choice);
    if (desk.view.content.lines.some((line) => line.id === conflict.id)) desk.focus(conflict.id);
    desk.tell("Decided.");
  };
  return (
    <div className={classes["conflict"]} role="group" aria-label="Two versions of this line" data-testid="line-conflict">
      <p><Icon name="alert" size={16} /> <strong>{by} changed this line too.</strong> Nothing is saved until you choose.</p>
      <dl>
        <div><dt>Theirs</dt><dd data-testid="conflict-theirs">{theirs?.text ?? gone}</dd></div>
        <div><dt>Yours</dt><dd data-testid="conflict-mine">{yours?.text ?? gone}</dd></div>
      </dl>
      <div className="row">
        <Button size="compact-sm" onClick={() => choose("yours")} data-testid="conflict-keep-mine">Keep yours</Button>
        <Button size="compact-sm" variant="default" onClick={() => choose("theirs")} data-testid="conflict-take-theirs">Take theirs</Button>
        {theirs !== null && yours !== null && <Button size="compact-sm" variant="default" onClick={() => choose("both")} data-testid="conflict-keep-both">Keep both</Button>}
      </div>
    </div>
  );
}

/** Of lines that are no longer in the note here. */
export function LostConflicts({ desk }: { desk: Desk }) {
  const shown = new Set(desk.view.content.lines.map((line) => line.id));
  const lost = desk.view.conflicts.filter((one) => !shown.has(one.id));
  return lost.map((one) => <LineConflictBox key={one.id} conflict={one} desk={desk} />);
}
