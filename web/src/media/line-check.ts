/**
 * The check before the call: a load of random pictures to the clinic's media server and back, over the same way the
 * call will take (through the clinic's relay where it has one), a little more each second and a half.
 */
import type { LineView } from "../api/types";

export type LineCheck = Omit<LineView, "verdict" | "checked_at">;
