/** One connection to a room's socket. A new connection needs a new ticket, so it never reconnects by itself. */
import { io, type Socket } from "socket.io-client";

import { ServiceProblem } from "../api/http";
import type { Problem, RoomTicket } from "../api/types";
import type { Ack, AnswerOf, AskOf, CallName, ClientEvents, ServerEvents } from "./events";

const CONNECT_MS = 10_000;
const ANSWER_MS = 12_000;

export type RoomSocket = Socket<ServerEvents, ClientEvents>;

/**
 * Not connected yet. `node`: the origin of the room's node, "" for the page's own. The ticket may still be on its way
 * while the socket is: each needs the other only at the end.
 */
export function roomSocket(node: string, visitId: string, ticket: Promise<RoomTicket>): RoomSocket {
  return io(`${node}/room`, {
    path: "/socket.io",
    transports: ["websocket"],
    auth: (send) => {
      ticket.then((found) => send({ ticket: found.ticket, visit_id: visitId }), () => undefined);
    },
    autoConnect: false,
    forceNew: true,
    reconnection: false,
    timeout: CONNECT_MS,
  });
}

export const LOST: Problem = {
  title: "The connection to the room was lost",
  status: 0,
  code: "connection_lost",
  next_step: "We are trying to connect again.",
};

export function isProblem(value: unknown): value is Problem {
  return typeof value === "object" && value !== null && "code" in value && "title" in value;
}

/** Sends and waits for the acknowledgement. Throws `ServiceProblem` when refused or not answered in time. */
export async function call<N extends CallName>(
  socket: RoomSocket, name: N, ask: AskOf<N>, withinMs = ANSWER_MS,
): Promise<AnswerOf<N>> {
  if (!socket.connected) throw new ServiceProblem(LOST);
  let ack: Ack<AnswerOf<N>>;
  try {
    // The generic event map cannot be resolved for a variable name; the types above fix both sides.
    const untyped = socket.timeout(withinMs) as unknown as {
      emitWithAck: (event: string, payload: unknown) => Promise<Ack<AnswerOf<N>>>;
    };
    ack = await untyped.emitWithAck(name, ask);
  } catch {
    throw new ServiceProblem({ ...LOST, title: "The room did not answer in time" });
  }
  if (!ack.ok) throw new ServiceProblem(ack.error);
  return ack;
}
