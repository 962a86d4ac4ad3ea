import type { Problem } from "../api/types";

/** The room's reasons for ending a connection, in words. */
export function removal(reason: string): Problem {
  switch (reason) {
    case "replaced":
      return { title: "This visit is open in another window", status: 0, code: reason, next_step: "Go on there, or take the visit back to this window." };
    case "session_ended":
      return { title: "You have been signed out", status: 0, code: reason, next_step: "Sign in again, then join again." };
    case "invitation_ended":
      return { title: "Your invitation has ended", status: 0, code: reason, next_step: "If you are still expected, ask the person who invited you for a new link." };
    case "media_flood":
      return { title: "Your device sent more than a call can carry, so it was disconnected", status: 0, code: reason, next_step: "Close other programs that use the camera or the network, wait half a minute and join again." };
    case "picture_too_large":
      return { title: "Your camera or screen sent a picture larger than a call can carry, so you were disconnected", status: 0, code: reason, next_step: "Choose another camera or share a single window, wait half a minute and join again." };
    default:
      return { title: "You are no longer in this room", status: 0, code: reason, next_step: "Ask the clinic if you do not know why." };
  }
}
