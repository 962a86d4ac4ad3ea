import type { Role, Session } from "../../api/types";
import { ButtonLink } from "../../ui/ButtonLink";
import { Icon } from "../../ui/Icon";
import { PageHead } from "../../ui/PageHead";
import { ROLE_NAMES } from "../../ui/roles";
import classes from "./MyDay.module.css";

const COMING: Partial<Record<Role, { lead: string; steps: string[] }>> = {
  nurse: {
    lead: "Symptom checks reach you here before the visit is booked.",
    steps: ["A patient answers the symptom check", "You see the level, the reasons and the red flags", "You confirm or change it, and a visit is offered"],
  },
  pharmacist: {
    lead: "Signed prescriptions reach you here.",
    steps: ["A doctor signs a prescription out of the visit's note", "You check it, dispense it or ask back", "The patient is told at each step"],
  },
  lab_technician: {
    lead: "Lab orders reach you here.",
    steps: ["A doctor signs an order out of the visit's note", "You record the specimen and enter the result", "The doctor reviews it, the patient is told"],
  },
  administrator: {
    lead: "Accounts, retention and the audit trail are kept here.",
    steps: ["Every read of a record leaves an audit row", "The trail is chained and signed within a second", "You verify it and answer a patient's question of who saw what"],
  },
};

/** For roles whose own pages arrive with later versions: what will come, and that nothing is missed until then. */
export function ComingRole({ session }: { session: Session }) {
  const coming = COMING[session.role] ?? { lead: "Your pages arrive with the next versions.", steps: [] };
  return (
    <>
      <PageHead title={`Welcome, ${session.display_name}`} lead={coming.lead} />
      <section className={`card ${classes["coming"] ?? ""}`} aria-labelledby="coming">
        <h2 id="coming">How it will go for a {ROLE_NAMES[session.role].toLowerCase()}</h2>
        <ol className={classes["steps"]}>
          {coming.steps.map((step, at) => <li key={step}><span aria-hidden="true">{at + 1}</span>{step}</li>)}
        </ol>
        {session.role === "administrator" && <ButtonLink to="/speech" variant="default" leftSection={<Icon name="transcript" size={18} />} data-testid="open-speech">Speech settings</ButtonLink>}
        {session.role === "administrator" && <ButtonLink to="/templates" variant="default" leftSection={<Icon name="note" size={18} />} data-testid="open-templates">Note templates</ButtonLink>}
        <p className={classes["quiet"]}>
          <Icon name="info" size={18} />
          {session.role === "administrator"
            ? "The rest of these pages is being built."
            : "This part of Consultroom is being built. Nothing is waiting for you here yet, and nothing can be missed."}
        </p>
      </section>
    </>
  );
}
