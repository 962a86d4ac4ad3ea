import { afterEach, describe, expect, it, vi } from "vitest";

import { sizeWords } from "../src/api/upload";
import { LocalMedia } from "../src/media/local-media";
import { canShareScreen, openScreen } from "../src/media/screen";
import { asVisit } from "../src/pages/join/guest-visit";
import { takeToken, tokenIn } from "../src/pages/join/token";
import { removal } from "../src/socket/removal";

afterEach(() => vi.unstubAllGlobals());

class Track extends EventTarget {
  contentHint = "";
  stopped = false;
  stop() {
    this.stopped = true;
  }
}

function offering(give: () => Promise<unknown>): void {
  vi.stubGlobal("navigator", { mediaDevices: { getDisplayMedia: give, enumerateDevices: () => Promise.resolve([]) } });
}

const streamOf = (track: Track) => () => Promise.resolve({ getVideoTracks: () => [track] });

describe("a shared screen", () => {
  it("is offered only where the browser can", () => {
    vi.stubGlobal("navigator", { mediaDevices: {} });
    expect(canShareScreen()).toBe(false);
    offering(() => Promise.resolve(null));
    expect(canShareScreen()).toBe(true);
  });

  it("keeps text sharp, and a change of mind is no error", async () => {
    const track = new Track();
    offering(streamOf(track));
    expect(await openScreen()).toBe(track);
    expect(track.contentHint).toBe("text");
    offering(() => Promise.reject(new DOMException("no", "NotAllowedError")));
    expect(await openScreen()).toBeNull();
    offering(() => Promise.reject(new DOMException("broken", "NotReadableError")));
    await expect(openScreen()).rejects.toThrow("broken");
  });

  it("ends from the browser's own bar, on stop, on refusal and on leaving", async () => {
    const local = new LocalMedia();
    const tracks = [new Track(), new Track(), new Track(), new Track()];
    const share = async (track: Track | undefined) => {
      offering(streamOf(track ?? new Track()));
      await local.shareScreen();
      expect(local.state().screen).toBe(track);
    };
    await share(tracks[0]);
    tracks[0]?.dispatchEvent(new Event("ended"));
    expect(local.state().screen).toBeNull();
    await share(tracks[1]);
    local.stopScreen();
    await share(tracks[2]);
    const problem = { title: "Somebody else is sharing a screen", status: 409, code: "screen_taken" };
    local.refuseScreen(tracks[2] as unknown as MediaStreamTrack, problem);
    expect(local.state().screenProblem).toBe(problem);
    await share(tracks[3]);
    expect(local.state().screenProblem).toBeNull();
    local.close();
    expect(local.state().screen).toBeNull();
    expect(tracks.slice(1).map((track) => track.stopped)).toEqual([true, true, true]);
  });
});

describe("an invitation's link", () => {
  it("holds a token of url-safe characters", () => {
    const token = "aB3_-".repeat(8);
    expect(tokenIn(`#${token}`)).toBe(token);
    for (const hash of ["", "#", "#short", `#${token}!`, `#${"x".repeat(65)}`, "#a b"]) expect(tokenIn(hash)).toBeNull();
  });

  it("leaves the address as soon as it was read", () => {
    const replaceState = vi.fn();
    const token = "x".repeat(43);
    vi.stubGlobal("window", { location: { hash: `#${token}`, pathname: "/join" }, history: { state: null, replaceState } });
    expect(takeToken()).toBe(token);
    expect(replaceState).toHaveBeenCalledWith(null, "", "/join");
  });

  it("gives a guest a visit without what they may not know", () => {
    const visit = asVisit({
      visit_id: "1", role: "family", display_name: "Tom", doctor_name: "Dr. A", starts_at: "2026-11-20T10:00:00Z",
      ends_at: "2026-11-20T10:15:00Z", status: "scheduled",
    });
    expect([visit.patient_name, visit.reason, visit.note_status]).toEqual(["", null, null]);
  });

  it("says why it ended", () => {
    expect(removal("invitation_ended").title).toBe("Your invitation has ended");
    expect(removal("anything else").next_step).not.toBe("");
  });
});

describe("a file's size", () => {
  it("is told in the unit that fits", () => {
    expect([0, 999, 1_000, 41_404, 999_999, 1_234_567, 20_000_000].map(sizeWords)).toEqual([
      "0 B", "999 B", "1.0 KB", "41 KB", "1.0 MB", "1.2 MB", "20 MB",
    ]);
  });
});
