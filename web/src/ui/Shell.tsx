/** The frame of every page: skip link, banner, navigation by role, main. */
import { Menu } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, Outlet, useNavigate } from "@tanstack/react-router";

import { signOut } from "../api/commands";
import { become, demoQuery, sessionQuery } from "../api/queries";
import type { Role, Session } from "../api/types";
import { Avatar } from "./Avatar";
import { ButtonLink } from "./ButtonLink";
import { DemoStrip } from "./DemoStrip";
import { Icon, type IconName } from "./Icon";
import { notifyProblem } from "./notices";
import { ROLE_NAMES } from "./roles";
import classes from "./Shell.module.css";
import { Wordmark } from "./Wordmark";

interface Way {
  to: "/" | "/book" | "/availability" | "/speech" | "/templates";
  words: string;
  icon: IconName;
}

function waysOf(role: Role): Way[] {
  const home: Way = { to: "/", words: role === "patient" ? "My visits" : "My day", icon: "calendar" };
  if (role === "patient") return [home, { to: "/book", words: "Book a visit", icon: "plus" }];
  if (role === "scheduler") return [home, { to: "/availability", words: "Availability", icon: "clock" }];
  if (role === "administrator") return [home, { to: "/speech", words: "Speech", icon: "transcript" }, { to: "/templates", words: "Templates", icon: "note" }];
  return [home];
}

function AccountMenu({ session }: { session: Session }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const leave = async () => {
    // Fetched only now: most pages keep nothing on the device.
    const { countUnsent, forgetUnsent } = await import("../api/unsent");
    const waiting = await countUnsent(session.account_id);
    if (waiting > 0 && !window.confirm("Changes to a note have not reached the clinic yet. Signing out removes them from this device. Sign out?")) return;
    try {
      await signOut();
      await forgetUnsent();
    } catch (error) {
      notifyProblem(error);
      return;
    }
    become(client, null);
    await navigate({ to: "/sign-in", search: {} });
  };
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <button type="button" className={classes["account"]}>
          <Avatar name={session.display_name} size={34} />
          <span className={classes["accountName"]}>
            {session.display_name}
            <span className="soft small">{ROLE_NAMES[session.role]}</span>
          </span>
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{session.display_name}, {ROLE_NAMES[session.role].toLowerCase()}</Menu.Label>
        <Menu.Item leftSection={<Icon name="signout" size={18} />} onClick={() => void leave()} data-testid="sign-out">
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

export function Shell() {
  const { data: session } = useQuery(sessionQuery);
  const { data: demo } = useQuery(demoQuery);
  return (
    <>
      <a className="skip-link" href="#main">Skip to content</a>
      {demo != null && <DemoStrip />}
      <header className={`${classes["header"] ?? ""} no-print`}>
        <Link to="/" className={classes["home"]} aria-label="Consultroom, home"><Wordmark /></Link>
        {session != null && (
          <nav className={classes["nav"]} aria-label="Main">
            {waysOf(session.role).map((way) => (
              <Link key={way.to} to={way.to} className={classes["way"]} activeOptions={{ exact: true }}>
                <Icon name={way.icon} size={18} />{way.words}
              </Link>
            ))}
          </nav>
        )}
        {session != null ? <AccountMenu session={session} /> : <span />}
      </header>
      <main id="main" tabIndex={-1} className={classes["main"]}>
        <Outlet />
      </main>
    </>
  );
}

/** Where a page does not exist or may not be opened: words and a way on. */
export function NoSuchPage() {
  return (
    <section className={`card ${classes["dead"] ?? ""}`}>
      <h1>This page does not exist</h1>
      <p className="soft">The address may be mistyped, or the visit it belonged to is no longer open to you.</p>
      <ButtonLink to="/">Go to my day</ButtonLink>
    </section>
  );
}
