import { Button, Popover, Radio } from "@mantine/core";
import { useState } from "react";

import { VIEW_WORDS, type ViewMode } from "../../media/adaptation";
import type { Participant, RoomState } from "../../socket/events";
import type { RoomConnection } from "../../socket/room-connection";
import { Icon } from "../../ui/Icon";
import { notifyProblem } from "../../ui/notices";
import classes from "./Adaptation.module.css";

const MODES = Object.keys(VIEW_WORDS) as ViewMode[];

/** Beside the quality of the line: what to do about it by hand. */
export function ViewMenu({ me, room, connection, mayPhone }: {
  me: Participant; room: RoomState; connection: RoomConnection; mayPhone: boolean;
}) {
  const [open, setOpen] = useState(false);
  const [asked, setAsked] = useState<ViewMode | null>(null); // until the room has said yes
  const choose = async (mode: ViewMode) => {
    setAsked(mode);
    await connection.choose(mode).catch(notifyProblem);
    setAsked(null);
  };
  const phone = () => {
    setOpen(false);
    connection.call("visit.phone", {}).catch(notifyProblem);
  };
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end" width={300} trapFocus returnFocus shadow="md">
      <Popover.Target>
        <button type="button" className={classes["opener"]} onClick={() => setOpen(!open)} aria-expanded={open} data-testid="view-menu">
          <Icon name="settings" size={18} /><span>{me.view === "auto" ? "Connection" : VIEW_WORDS[me.view].label}</span>
        </button>
      </Popover.Target>
      <Popover.Dropdown aria-label="What to receive" className={classes["menu"]}>
        <div className="stack">
          <Radio.Group value={asked ?? me.view} onChange={(mode) => void choose(mode)} label="What to receive">
            <div className="stack">
              {MODES.map((mode) => <Radio key={mode} value={mode} label={VIEW_WORDS[mode].label} description={VIEW_WORDS[mode].help} data-testid={`view-${mode}`} />)}
            </div>
          </Radio.Group>
          {mayPhone && room.phone.since === null && (
            <Button variant="default" size="sm" onClick={phone} data-testid="phone-by-hand">Go on by phone</Button>
          )}
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
