import { describe, expect, it } from "vitest";

import { arrivalWords, departureWords, dialled, moves, soundBroken, spoken, StillPieces, type Rung, type StillPiece, type ViewMode } from "../src/media/adaptation";

const RUNGS: (Rung | null)[] = ["full", "low", "stills", "audio_only", "phone", null];

function person(rung: Rung | null, receives: Rung | null = null, view: ViewMode = "auto") {
  return { display_name: "Maria", camera: true, view, rung, receives };
}

describe("words", () => {
  it("say nothing while everything arrives", () => {
    for (const rung of ["full", null] as const) {
      expect(arrivalWords(person(rung), "auto")).toBe("");
      expect(departureWords(person(null, rung))).toBe("");
    }
  });

  it("say on every other rung why", () => {
    for (const rung of ["low", "stills", "audio_only", "phone"] as const) expect(arrivalWords(person(rung), "auto")).not.toBe("");
    for (const rung of ["stills", "audio_only", "phone"] as const) expect(departureWords(person(null, rung))).toContain("Maria");
  });

  it("tell a choice from a weak line", () => {
    expect(arrivalWords(person("audio_only"), "audio_only")).not.toBe(arrivalWords(person("audio_only"), "auto"));
    expect(departureWords(person(null, "audio_only", "audio_only"))).toContain("chose");
    expect(departureWords(person(null, "audio_only"))).toContain("weak");
  });

  it("know when pictures move", () => {
    expect(RUNGS.filter((rung) => moves({ rung }))).toEqual(["full", "low", null]);
    expect(RUNGS.filter((rung) => soundBroken([person(rung)]))).toEqual(["phone"]);
    expect(soundBroken([person(null, "phone")])).toBe(true);
  });
});

function piece(number: number, part: number, parts: number, jpeg: string): StillPiece {
  return { participant_id: "p", number, part, parts, jpeg, taken_at: "2026-11-20T10:00:00Z" };
}

function added(...pieces: StillPiece[]): (string | undefined)[] {
  const desk = new StillPieces();
  return pieces.map((one) => desk.add(one)?.url.replace("data:image/jpeg;base64,", ""));
}

describe("stills", () => {
  it("are whole with their last piece", () => {
    expect(added(piece(1, 0, 3, "QUJ"), piece(1, 1, 3, "DRE"), piece(1, 2, 3, "VG"))).toEqual([undefined, undefined, "QUJDREVG"]);
    expect(new StillPieces().add(piece(7, 0, 1, "AAAA"))?.takenAt).toBe("2026-11-20T10:00:00Z");
  });

  it("never mix two pictures", () => {
    expect(added(piece(1, 0, 2, "AAAA"), piece(2, 0, 2, "CCCC"), piece(2, 1, 2, "DDDD"))).toEqual([undefined, undefined, "CCCCDDDD"]);
    expect(added(piece(1, 0, 2, "AAAA"), piece(2, 1, 2, "DDDD"))).toEqual([undefined, undefined]);
  });

  it("with a missing piece, or with more of them than any picture has, are not shown", () => {
    expect(added(piece(1, 0, 3, "AAAA"), piece(1, 2, 3, "CCCC"))).toEqual([undefined, undefined]);
    expect(added(piece(1, 0, 65, "AAAA"))).toEqual([undefined]);
  });

  it("that are no base64 are not shown", () => {
    expect(added(piece(1, 0, 1, "\"><script>"))).toEqual([undefined]);
  });
});

describe("the telephone", () => {
  it("has a reference in two halves and a number that dials", () => {
    expect(spoken("234678")).toBe("234 678");
    expect(dialled("+44 (20) 7946-0018, ask for Kim 2")).toBe("tel:+442079460018");
  });
});
