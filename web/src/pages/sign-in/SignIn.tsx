import { Button, PasswordInput, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState, type SyntheticEvent } from "react";

import { signIn } from "../../api/commands";
import { asProblem } from "../../api/http";
import { become, demoQuery } from "../../api/queries";
import type { DemoAccount, Problem } from "../../api/types";
import { Avatar } from "../../ui/Avatar";
import { DEMO_WARNING } from "../../ui/DemoStrip";
import { Icon } from "../../ui/Icon";
import { field } from "../../ui/field";
import { PageHead } from "../../ui/PageHead";
import { ROLE_NAMES } from "../../ui/roles";
import classes from "./SignIn.module.css";

interface Attempt {
  busy: boolean;
  problem: Problem | null;
  enter: (email: string, password: string) => Promise<void>;
}

function useSignIn(): Attempt {
  const client = useQueryClient();
  const navigate = useNavigate();
  const { next } = useSearch({ from: "/framed/sign-in" });
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const enter = async (email: string, password: string) => {
    setBusy(true);
    setProblem(null);
    try {
      const session = await signIn(email, password);
      become(client, session);
      await navigate({ to: next ?? "/" });
    } catch (error) {
      setProblem(asProblem(error));
    } finally {
      setBusy(false);
    }
  };
  return { busy, problem, enter };
}

function SignInForm({ busy, problem, enter }: Attempt) {
  const submit = (event: SyntheticEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    void enter(field(form, "email"), field(form, "password"));
  };
  return (
    <form className={`card ${classes["form"] ?? ""}`} onSubmit={submit} aria-labelledby="sign-in-form">
      <h2 id="sign-in-form">With your own account</h2>
      <TextInput name="email" type="email" label="E-mail" autoComplete="username" required withAsterisk={false} data-testid="sign-in-email" />
      <PasswordInput name="password" label="Password" autoComplete="current-password" required withAsterisk={false} data-testid="sign-in-password" />
      {problem !== null && (
        <div className={classes["problem"]} role="alert">
          <Icon name="alert" />
          <p><strong>{problem.title}.</strong> {problem.next_step}</p>
        </div>
      )}
      <Button type="submit" loading={busy} data-testid="sign-in-submit">Sign in</Button>
    </form>
  );
}

const ENTRY_WORDS: Record<DemoAccount["role"], string> = {
  doctor: "See who waits, hold the visit, sign the note",
  patient: "Book a visit, join it, read the summary",
  scheduler: "Publish times, see the schedule",
  nurse: "Triage, coming next",
  pharmacist: "Prescriptions, coming next",
  lab_technician: "Orders and results, coming next",
  administrator: "Audit, coming next",
  guest: "By invitation only",
};

const ROLE_ORDER = Object.keys(ENTRY_WORDS);

function DemoAccounts({ accounts, attempt }: { accounts: DemoAccount[]; attempt: Attempt }) {
  const inOrder = [...accounts].sort((a, b) => ROLE_ORDER.indexOf(a.role) - ROLE_ORDER.indexOf(b.role));
  return (
    <section aria-labelledby="demo-accounts" className={classes["demo"]}>
      <h2 id="demo-accounts">Step into the demo clinic</h2>
      <p className="soft small">One click signs you in. To hold a visit with yourself, open a second browser (or a private window) as the other person.</p>
      <ul className={classes["accounts"]}>
        {inOrder.map((account) => (
          <li key={account.email}>
            <button
              type="button" className={classes["account"]} disabled={attempt.busy}
              data-testid={`demo-account-${account.role}`}
              onClick={() => void attempt.enter(account.email, account.password)}
            >
              <Avatar name={account.display_name} size={44} />
              <span className="grow">
                <span className={classes["name"]}>{account.display_name}</span>
                <span className={classes["role"]}>{ROLE_NAMES[account.role]}</span>
                <span className="soft small">{ENTRY_WORDS[account.role]}</span>
              </span>
              <Icon name="arrow" size={18} />
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function SignIn() {
  const { data: demo } = useQuery(demoQuery);
  const attempt = useSignIn();
  return (
    <>
      <PageHead title="Sign in" lead="Video visits with your clinic: see each other, talk, and keep what was said." />
      {demo != null && (
        <p className={classes["warning"]} data-testid="demo-warning">
          <Icon name="alert" size={22} />
          <span><strong>This is a demo.</strong> {DEMO_WARNING} Nobody here is a real patient.</span>
        </p>
      )}
      <div className={classes["columns"]} data-demo={demo != null}>
        <SignInForm {...attempt} />
        {demo != null && <DemoAccounts accounts={demo} attempt={attempt} />}
      </div>
    </>
  );
}
