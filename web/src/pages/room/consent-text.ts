/** The words people agree to. A change of meaning is a new version. */
export const CONSENT_VERSION = "1 (November 2026)";

export const CONSENT_TEXT = {
  lead: "You decide for yourself. The visit goes on the same way whatever you choose.",
  record: {
    label: "Record picture and sound",
    description: "Kept encrypted in your record, for you and your care team, so that a moment of the visit can be heard again.",
  },
  transcribe: {
    label: "Write down what is said",
    description: "A computer of the clinic writes the words and drafts the doctor's note from them. The doctor corrects and signs it.",
  },
  foot: "Each happens only while everybody in the room agrees. You can change your mind at any time with the button “Consent”; it then stops at once.",
} as const;
