/** Bringing an interpreter or family into a visit: one link each, told once, withdrawn at any time. */
import { Button, Modal, NativeSelect, SegmentedControl, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type SyntheticEvent } from "react";

import { invite, withdrawInvitation } from "../../api/commands";
import { invitationsQuery } from "../../api/queries";
import type { GuestRole, Invitation, NewInvitation } from "../../api/types";
import { Icon } from "../../ui/Icon";
import { notify, notifyProblem } from "../../ui/notices";
import { Pill } from "../../ui/Pill";
import { ROOM_ROLES } from "../../ui/roles";
import { clockTime } from "../../ui/time";
import classes from "./InvitePeople.module.css";

const RENEW_MS = 5_000;
const MAX_NAME = 80;

const STATE_WORDS: Record<Invitation["state"], string> = {
  unopened: "Not opened yet", opened: "Link was opened", revoked: "Withdrawn", expired: "Expired",
};

const HOURS = [
  { value: "1", label: "One hour after the planned end" },
  { value: "4", label: "4 hours after the planned end" },
  { value: "24", label: "24 hours after the planned end" },
];

export function fullLink(path: string): string {
  return new URL(path, window.location.origin).href;
}

async function copy(link: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(link);
    notify("success", "The link is copied", "Send it to the person you invited, and to nobody else.");
  } catch {
    notify("problem", "This browser does not let the page copy", "Select the link and copy it yourself.");
  }
}

/** Phones offer their own way to hand on a link. */
function shareWith(link: string): (() => void) | null {
  const { share } = navigator as Partial<Pick<Navigator, "share">>;
  if (share === undefined) return null;
  return () => void share.call(navigator, { title: "Invitation to a video visit", url: link }).catch(() => undefined);
}

function TheLink({ made }: { made: NewInvitation }) {
  const link = fullLink(made.path);
  const share = shareWith(link);
  return (
    <div className={classes["made"]} role="status" data-testid="invitation-made">
      <p><strong>The link is ready.</strong> It is shown only now.</p>
      <TextInput readOnly value={link} aria-label="Link of the invitation" data-testid="invitation-link" onFocus={(event) => event.currentTarget.select()} />
      <div className="row">
        <Button size="sm" leftSection={<Icon name="copy" size={18} />} onClick={() => void copy(link)} data-testid="invitation-copy" data-autofocus>Copy the link</Button>
        {share !== null && <Button size="sm" variant="default" onClick={share}>Share</Button>}
      </div>
      <p className="small soft">Whoever opens it waits until the doctor lets them in. It works on one device at a time, until {clockTime(made.invitation.expires_at)}.</p>
    </div>
  );
}

function NewLink({ visitId, anybody, made }: { visitId: string; anybody: boolean; made: (made: NewInvitation) => void }) {
  const client = useQueryClient();
  const [role, setRole] = useState<GuestRole>(anybody ? "interpreter" : "family");
  const [name, setName] = useState("");
  const [hours, setHours] = useState("1");
  const [busy, setBusy] = useState(false);
  const make = async (event: SyntheticEvent<HTMLFormElement>) => {
    event.preventDefault();
    setBusy(true);
    try {
      made(await invite(visitId, role, name.trim(), Number(hours)));
      setName("");
      await client.invalidateQueries({ queryKey: invitationsQuery(visitId).queryKey });
    } catch (error) {
      notifyProblem(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form className="stack" onSubmit={(event) => void make(event)}>
      {anybody && (
        <SegmentedControl fullWidth aria-label="Who is invited" value={role} onChange={(value) => setRole(value === "family" ? "family" : "interpreter")}
          data={[{ value: "interpreter", label: "Interpreter" }, { value: "family", label: "Family or friend" }]} data-testid="invite-role" />
      )}
      <TextInput label="Name (optional)" description="Without it we ask them for it." maxLength={MAX_NAME} autoComplete="off" value={name}
        onChange={(event) => setName(event.currentTarget.value)} data-testid="invite-name" />
      <NativeSelect label="The link works until" data={HOURS} value={hours} onChange={(event) => setHours(event.currentTarget.value)} data-testid="invite-hours" />
      <p className="small soft">They see and hear the call and can write in the chat. They see no record, no transcript and no files.</p>
      <div><Button type="submit" loading={busy} data-testid="invite-make">Make a link</Button></div>
    </form>
  );
}

function Line({ visitId, one, mayWithdraw }: { visitId: string; one: Invitation; mayWithdraw: boolean }) {
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const live = one.state === "unopened" || one.state === "opened";
  const withdraw = async () => {
    setBusy(true);
    try {
      await withdrawInvitation(visitId, one.id);
      await client.invalidateQueries({ queryKey: invitationsQuery(visitId).queryKey });
    } catch (error) {
      notifyProblem(error);
    } finally {
      setBusy(false);
    }
  };
  const who = one.display_name ?? ROOM_ROLES[one.role] ?? one.role;
  return (
    <li className={classes["line"]} data-testid="invitation" data-state={one.state}>
      <div className="grow">
        <p><strong>{who}</strong>{one.display_name !== null && <span className="soft"> {ROOM_ROLES[one.role]}</span>}</p>
        <p className="small soft"><Pill tone={live ? "pine" : "neutral"}>{STATE_WORDS[one.state]}</Pill>{live && ` until ${clockTime(one.expires_at)}`}</p>
      </div>
      {live && mayWithdraw && (
        <Button size="xs" variant="default" loading={busy} onClick={() => void withdraw()} aria-label={`Withdraw the invitation of ${who}`} data-testid="invitation-withdraw">Withdraw</Button>
      )}
    </li>
  );
}

export function InvitePeople({ visitId, isDoctor }: { visitId: string; isDoctor: boolean }) {
  const invitations = useQuery({ ...invitationsQuery(visitId), refetchInterval: RENEW_MS });
  const [made, setMade] = useState<NewInvitation | null>(null);
  return (
    <div className="stack">
      {made === null
        ? <NewLink visitId={visitId} anybody={isDoctor} made={setMade} />
        : <><TheLink key={made.invitation.id} made={made} /><div><Button variant="subtle" size="sm" onClick={() => setMade(null)} data-testid="invite-another">Invite somebody else</Button></div></>}
      {(invitations.data?.length ?? 0) > 0 && (
        <section aria-labelledby="invited-title">
          <h3 id="invited-title">Invited</h3>
          <ul className={classes["list"]}>
            {invitations.data?.map((one) => <Line key={one.id} visitId={visitId} one={one} mayWithdraw={isDoctor || one.mine} />)}
          </ul>
        </section>
      )}
    </div>
  );
}

/** The dialog with whatever opens it. */
export function InviteDialog({ visitId, isDoctor, opener }: {
  visitId: string; isDoctor: boolean; opener: (open: () => void) => React.ReactNode;
}) {
  const [open, setOpen] = useState(false);
  return (
    <>
      {opener(() => setOpen(true))}
      <Modal opened={open} onClose={() => setOpen(false)} title={isDoctor ? "Invite an interpreter or family" : "Invite family or a friend"} closeButtonProps={{ "aria-label": "Close" }}>
        <InvitePeople visitId={visitId} isDoctor={isDoctor} />
      </Modal>
    </>
  );
}
