/** What a weak line leaves of a call, in words both sides can act on; and pictures that come in pieces. */

/** How somebody's picture and sound arrive, best first. */
export type Rung = "full" | "low" | "stills" | "audio_only" | "phone";
/** What this person wishes to be sent. */
export type ViewMode = "auto" | "save_data" | "audio_only";

export const VIEW_WORDS: Record<ViewMode, { label: string; help: string }> = {
  auto: { label: "Automatic", help: "The best picture your connection carries." },
  save_data: { label: "Save data", help: "Small pictures, both ways. About a tenth of the data." },
  audio_only: { label: "Sound only", help: "No pictures from the others. Your own camera stays as it is." },
};

interface Received {
  display_name: string;
  camera: boolean;
  view: ViewMode;
  rung: Rung | null;
  receives: Rung | null;
}

/** Whether moving pictures of this person arrive. */
export function moves(person: Pick<Received, "rung">): boolean {
  return person.rung === null || person.rung === "full" || person.rung === "low";
}

/** On somebody's tile: why their picture is not what it could be; "" when it is. */
export function arrivalWords(person: Received, mine: ViewMode): string {
  switch (person.rung) {
    case "phone":
      return "The sound does not come through";
    case "audio_only":
      return mine === "audio_only" ? "Sound only, as you chose" : "Video paused to keep the sound clear";
    case "stills":
      return "A picture every few seconds, to keep the sound clear";
    case "low":
      return mine === "save_data" ? "Small picture to save data" : "Small picture, because your connection is weak";
    default:
      return "";
  }
}

/** What they get of this person, so that nobody points at something the other one cannot see; "" when all of it. */
export function departureWords(person: Received): string {
  const name = person.display_name;
  switch (person.receives) {
    case "phone":
      return `${name} can hardly hear you`;
    case "audio_only":
      return person.view === "audio_only" ? `${name} chose sound only and does not see you` : `${name} hears you but does not see you: their connection is weak`;
    case "stills":
      return `${name} sees a still picture of you every few seconds`;
    default:
      return "";
  }
}

/** To a person whose own line carries the voice alone. */
export const SOUND_ALONE_WORDS = "Your camera sends one small picture a second, to keep your sound clear: your connection is weak";

/** One piece of a picture as the room sends it. */
export interface StillPiece {
  participant_id: string;
  number: number;
  part: number;
  parts: number;
  jpeg: string;
  taken_at: string;
}

export interface Still {
  url: string;
  takenAt: string;
}

const MOST_PARTS = 64;

/** Puts pieces together. A piece out of turn, or of another picture, ends what came before it. */
export class StillPieces {
  #number = -1;
  #pieces: string[] = [];

  /** The whole picture with its last piece, null before. */
  add(piece: StillPiece): Still | null {
    if (piece.part === 0) {
      this.#number = piece.number;
      this.#pieces = [];
    }
    if (piece.number !== this.#number || piece.part !== this.#pieces.length || piece.parts > MOST_PARTS) {
      this.#number = -1;
      return null;
    }
    this.#pieces.push(piece.jpeg);
    if (this.#pieces.length < piece.parts) return null;
    const whole = this.#pieces.join("");
    this.#number = -1;
    this.#pieces = [];
    if (!/^[A-Za-z0-9+/]+={0,2}$/.test(whole)) return null;
    return { url: `data:image/jpeg;base64,${whole}`, takenAt: piece.taken_at };
  }
}

/** "234678" as people say it: two times three. */
export function spoken(reference: string): string {
  return reference.replace(/(.{3})(?=.)/g, "$1 ");
}

/** For a link that dials: what is before any words, digits only. */
export function dialled(number: string): string {
  return `tel:${/^\+?[\d ()./-]*/.exec(number)?.[0].replace(/[^\d+]/g, "") ?? ""}`;
}

/** Whether sound is broken on the way to or from somebody. */
export function soundBroken(others: readonly Pick<Received, "rung" | "receives">[]): boolean {
  return others.some((one) => one.rung === "phone" || one.receives === "phone");
}
