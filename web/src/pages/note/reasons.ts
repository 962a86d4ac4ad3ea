/** Why something the machine wrote is not wanted: told to those who make it better, never asked for. */
import type { DismissReason } from "../../api/types";

export const REASONS: readonly { reason: DismissReason; words: string }[] = [
  { reason: "not_said", words: "Not said" },
  { reason: "wrong", words: "Wrong" },
  { reason: "repeated", words: "Said twice" },
  { reason: "irrelevant", words: "Not relevant" },
  { reason: "other", words: "Another reason" },
];
