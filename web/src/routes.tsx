/** Every address of the client. Each page is its own bundle. */
import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent, Outlet, redirect } from "@tanstack/react-router";
import type { QueryClient } from "@tanstack/react-query";

import { queryClient, sessionQuery } from "./api/queries";
import { NoSuchPage, Shell } from "./ui/Shell";
import { SignInAgain } from "./ui/SignInAgain";
import { LoadingRows, Refused } from "./ui/States";

interface Context {
  client: QueryClient;
}

const root = createRootRouteWithContext<Context>()({
  component: () => <><Outlet /><SignInAgain /></>,
  notFoundComponent: NoSuchPage,
  errorComponent: ({ error, reset }) => <Refused error={error} retry={reset} />,
});

const framed = createRoute({ getParentRoute: () => root, id: "framed", component: Shell });

async function signedIn({ context, location }: { context: Context; location: { href: string } }): Promise<void> {
  const session = await context.client.query({ ...sessionQuery, staleTime: "static" });
  if (session === null) throw redirect({ to: "/sign-in", search: { next: location.href } });
}

const guarded = createRoute({ getParentRoute: () => framed, id: "guarded", beforeLoad: signedIn });
/** The room fills the window: it has its own frame. */
const bare = createRoute({ getParentRoute: () => root, id: "bare", beforeLoad: signedIn });

const signInPage = createRoute({
  getParentRoute: () => framed,
  path: "/sign-in",
  validateSearch: (search: Record<string, unknown>): { next?: string } =>
    typeof search["next"] === "string" && search["next"].startsWith("/") && !search["next"].startsWith("//")
      ? { next: search["next"] }
      : {},
  component: lazyRouteComponent(() => import("./pages/sign-in/SignIn"), "SignIn"),
});

const myDay = createRoute({
  getParentRoute: () => guarded,
  path: "/",
  component: lazyRouteComponent(() => import("./pages/my-day/MyDay"), "MyDay"),
});

const booking = createRoute({
  getParentRoute: () => guarded,
  path: "/book",
  component: lazyRouteComponent(() => import("./pages/booking/Booking"), "Booking"),
});

const availability = createRoute({
  getParentRoute: () => guarded,
  path: "/availability",
  component: lazyRouteComponent(() => import("./pages/availability/AvailabilityPage"), "AvailabilityPage"),
});

const visit = createRoute({
  getParentRoute: () => bare,
  path: "/visits/$visitId",
  validateSearch: (search: Record<string, unknown>): { watch?: true } => (search["watch"] === true ? { watch: true } : {}),
  component: lazyRouteComponent(() => import("./pages/room/VisitPage"), "VisitPage"),
});

/** An invitation's link: `/join#token`. Its holder needs no account. */
const join = createRoute({
  getParentRoute: () => root,
  path: "/join",
  component: lazyRouteComponent(() => import("./pages/join/JoinPage"), "JoinPage"),
});

/** The join link of a booking. */
const joinLink = createRoute({
  getParentRoute: () => root,
  path: "/visits/$visitId/room",
  beforeLoad: ({ params }) => {
    throw redirect({ to: "/visits/$visitId", params, search: {}, replace: true });
  },
});

const note = createRoute({
  getParentRoute: () => guarded,
  path: "/visits/$visitId/note",
  component: lazyRouteComponent(() => import("./pages/note/NotePage"), "NotePage"),
});

const recording = createRoute({
  getParentRoute: () => guarded,
  path: "/visits/$visitId/recording",
  component: lazyRouteComponent(() => import("./pages/recording/RecordingPage"), "RecordingPage"),
});

const summary = createRoute({
  getParentRoute: () => guarded,
  path: "/visits/$visitId/summary",
  component: lazyRouteComponent(() => import("./pages/summary/SummaryPage"), "SummaryPage"),
});

const speech = createRoute({
  getParentRoute: () => guarded,
  path: "/speech",
  component: lazyRouteComponent(() => import("./pages/speech/SpeechPage"), "SpeechPage"),
});

const templates = createRoute({
  getParentRoute: () => guarded,
  path: "/templates",
  component: lazyRouteComponent(() => import("./pages/templates/TemplatesPage"), "TemplatesPage"),
});

export const router = createRouter({
  routeTree: root.addChildren([
    framed.addChildren([signInPage, guarded.addChildren([myDay, booking, availability, note, recording, summary, speech, templates])]),
    bare.addChildren([visit]),
    join,
    joinLink,
  ]),
  context: { client: queryClient },
  defaultPendingComponent: () => <LoadingRows label="Opening the page" />,
  defaultNotFoundComponent: NoSuchPage,
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
