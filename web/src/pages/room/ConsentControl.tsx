import { Button, Checkbox, Modal } from "@mantine/core";
import { useState } from "react";

import type { Participant, Purpose, RoomState } from "../../socket/events";
import type { RoomConnection } from "../../socket/room-connection";
import { notifyProblem } from "../../ui/notices";
import { CONSENT_TEXT, CONSENT_VERSION } from "./consent-text";
import { RoundControl } from "./RoundControl";

const PURPOSES = ["record", "transcribe"] as const satisfies readonly Purpose[];

function undecided(me: Participant): boolean {
  return PURPOSES.some((purpose) => me.consent[purpose] === null);
}

/** Who in the room has not agreed: nothing is kept before everybody has. */
function missing(room: RoomState, purpose: Purpose): string {
  const names = room.participants.filter((one) => one.state === "admitted" && one.id !== room.me && one.consent[purpose] !== true).map((one) => one.display_name);
  return names.length === 0 ? "" : `${names.join(" and ")} ${names.length === 1 ? "has" : "have"} not agreed, so this is off for now.`;
}

function Choices({ me, room, connection, close }: { me: Participant; room: RoomState; connection: RoomConnection; close: () => void }) {
  const [chosen, setChosen] = useState<Record<Purpose, boolean>>({
    record: me.consent.record ?? false, transcribe: me.consent.transcribe ?? false,
  });
  const [busy, setBusy] = useState(false);
  const save = async () => {
    setBusy(true);
    try {
      // Both at once: a no must not wait for the answer to another one, nor be dropped when that one fails.
      await Promise.all(PURPOSES.filter((purpose) => me.consent[purpose] !== chosen[purpose])
        .map((purpose) => connection.call("consent.set", { purpose, granted: chosen[purpose], text_version: CONSENT_VERSION })));
      close();
    } catch (error) {
      notifyProblem(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className="stack">
      <p>{CONSENT_TEXT.lead}</p>
      {PURPOSES.map((purpose) => (
        <Checkbox key={purpose} size="md" label={CONSENT_TEXT[purpose].label}
          description={[CONSENT_TEXT[purpose].description, chosen[purpose] ? missing(room, purpose) : ""].filter(Boolean).join(" ")}
          checked={chosen[purpose]} onChange={(event) => setChosen({ ...chosen, [purpose]: event.currentTarget.checked })} data-testid={`consent-${purpose}`} />
      ))}
      <p className="small soft">{CONSENT_TEXT.foot} Text version {CONSENT_VERSION}.</p>
      <Button onClick={() => void save()} loading={busy} data-testid="consent-accept">{undecided(me) ? "Save my choice and go on" : "Save my choice"}</Button>
    </div>
  );
}

/** The question on entering, and the control that changes the answer at any time. */
export function ConsentControl({ me, room, connection }: { me: Participant; room: RoomState; connection: RoomConnection }) {
  const [reopened, setReopened] = useState(false);
  const asking = undecided(me);
  const close = () => setReopened(false);
  return (
    <>
      <RoundControl icon="shield" words="Consent" onClick={() => setReopened(true)} testId="consent-open" />
      <Modal opened={asking || reopened} onClose={close} title="May this visit be kept?" size="lg" withCloseButton={!asking}
        closeOnClickOutside={!asking} closeOnEscape={!asking} closeButtonProps={{ "aria-label": "Close" }}>
        <Choices key={String(asking)} me={me} room={room} connection={connection} close={close} />
      </Modal>
    </>
  );
}
