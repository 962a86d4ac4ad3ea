/** What this person is sent of the others: their own wish, kept for a reload, and the pictures that come in pieces. */
import { StillPieces, type Still, type StillPiece, type ViewMode } from "../media/adaptation";
import type { Participant } from "./events";

export interface RoomAsked {
  wish: (mode: ViewMode) => Promise<unknown>;
  shown: (number: number) => Promise<unknown>;
}

export class Receiving {
  #stills: ReadonlyMap<string, Still> = new Map();
  readonly #pieces = new StillPieces();
  readonly #key: string;
  readonly #ask: RoomAsked;
  readonly #change: (stills: ReadonlyMap<string, Still>) => void;
  #told: unknown = null;

  constructor(visitId: string, ask: RoomAsked, change: (stills: ReadonlyMap<string, Still>) => void) {
    this.#key = `view:${visitId}`;
    this.#ask = ask;
    this.#change = change;
  }

  async choose(mode: ViewMode): Promise<void> {
    const before = sessionStorage.getItem(this.#key);
    sessionStorage.setItem(this.#key, mode); // first: the room's news may overtake its answer, and `remind` looks here
    try {
      await this.#ask.wish(mode);
    } catch (error) {
      if (before === null) sessionStorage.removeItem(this.#key);
      else sessionStorage.setItem(this.#key, before);
      throw error;
    }
  }

  /** Another server, or one started again, does not know the wish: told once on each socket. */
  remind(me: Participant, socket: unknown): void {
    const wish = sessionStorage.getItem(this.#key) as ViewMode | null;
    if (wish === null || wish === me.view || this.#told === socket) return;
    this.#told = socket;
    void this.#ask.wish(wish).catch(() => undefined);
  }

  /** With a picture's last piece the room may send the next. The newest is kept, in memory only. */
  take(piece: StillPiece): void {
    const still = this.#pieces.add(piece);
    if (still === null) return;
    this.#stills = new Map(this.#stills).set(piece.participant_id, still);
    this.#change(this.#stills);
    void this.#ask.shown(piece.number).catch(() => undefined);
  }
}
