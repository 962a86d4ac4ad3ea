/** A session that ended while somebody was working: sign in again on the spot, nothing typed is lost. */
import { Button, Modal, PasswordInput, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState, type SyntheticEvent } from "react";

import { signIn } from "../api/commands";
import { asProblem, whenSignedOut } from "../api/http";
import { sessionQuery } from "../api/queries";
import { field } from "./field";

export function SignInAgain() {
  const client = useQueryClient();
  const [open, setOpen] = useState(false);
  const [problem, setProblem] = useState("");
  useEffect(() => {
    whenSignedOut(() => {
      const session = client.getQueryData(sessionQuery.queryKey);
      // A guest has nothing to sign in with: the room's page says that the invitation has ended.
      if (session != null && session.role !== "guest") setOpen(true);
    });
    return () => whenSignedOut(() => undefined);
  }, [client]);
  const submit = async (event: SyntheticEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    try {
      const before = client.getQueryData(sessionQuery.queryKey);
      const session = await signIn(field(form, "email"), field(form, "password"));
      client.setQueryData(sessionQuery.queryKey, session);
      // Another person's page must not stay on the screen.
      if (before != null && before.account_id !== session.account_id) window.location.assign("/");
      setOpen(false);
      setProblem("");
      await client.invalidateQueries();
    } catch (error) {
      const { title, next_step } = asProblem(error);
      setProblem([title, next_step].filter(Boolean).join(". "));
    }
  };
  return (
    <Modal opened={open} onClose={() => setOpen(false)} title="Your session has ended" closeButtonProps={{ "aria-label": "Close" }}>
      <form className="stack" onSubmit={(event) => void submit(event)}>
        <p>Sign in again to go on. What you typed on this page is still here.</p>
        <TextInput name="email" type="email" label="E-mail" autoComplete="username" required />
        <PasswordInput name="password" label="Password" autoComplete="current-password" required error={problem} />
        <Button type="submit">Sign in again</Button>
      </form>
    </Modal>
  );
}
