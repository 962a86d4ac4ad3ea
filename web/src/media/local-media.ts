/** This person's own microphone and camera, kept from the device check into the room. */
import type { Problem } from "../api/types";
import { deviceProblem, listDevices, openBoth, openCamera, openMicrophone, type DeviceList, type DeviceProblem, type Kind } from "./devices";
import { UNTESTED, type LineCheck } from "./line-check";
import type { Remembered } from "./remembered";
import { openScreen } from "./screen";

export interface LocalState {
  microphone: MediaStreamTrack | null;
  camera: MediaStreamTrack | null;
  /** What is being shared; null for nothing. */
  screen: MediaStreamTrack | null;
  /** Why the room did not take the last one. */
  screenProblem: Problem | null;
  /** Muted keeps the track (silence is sent); camera off releases the device, so that its light goes out. */
  microphoneOn: boolean;
  cameraOn: boolean;
  devices: DeviceList;
  problems: Partial<Record<Kind, DeviceProblem>>;
  opening: boolean;
}

const NOTHING: LocalState = {
  microphone: null, camera: null, screen: null, screenProblem: null, microphoneOn: true, cameraOn: true,
  devices: { microphones: [], cameras: [] }, problems: {}, opening: false,
};

const NOTHING_FOUND: LineCheck = { ...UNTESTED, microphone: "none", camera: "none", speaker: "untried" };

const OPEN = { microphone: openMicrophone, camera: openCamera } as const;

export class LocalMedia {
  #state: LocalState = NOTHING;
  #listeners = new Set<() => void>();
  #closed = false;
  #check: LineCheck | null = null;

  /** What the device check found, once it has begun. */
  get lineCheck(): LineCheck | null {
    return this.#check;
  }

  /** A step of the device check found something; the newest of each step counts. */
  noteCheck(part: Partial<LineCheck>): void {
    this.#check = { ...NOTHING_FOUND, ...this.#check, ...part };
  }

  readonly state = (): LocalState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  #change(next: Partial<LocalState>): void {
    this.#state = { ...this.#state, ...next };
    for (const listener of this.#listeners) listener();
  }

  /** Opens both devices; one that fails leaves the other usable and its reason in `problems`. */
  async open(): Promise<void> {
    this.#closed = false;
    this.#change({ opening: true });
    await this.#openTogether();
    this.#change({ opening: false, devices: await listDevices() });
  }

  /** As it was before the page was reloaded: the same devices, and what was off stays off. Never throws. */
  async resume({ microphoneOn, cameraOn, microphoneId, cameraId }: Remembered): Promise<void> {
    this.#closed = false;
    this.#change({ opening: true, microphoneOn, cameraOn });
    const again = async (kind: Kind, deviceId: string) => {
      if (!(await this.choose(kind, deviceId)) && deviceId !== "") await this.choose(kind); // unplugged meanwhile
    };
    await Promise.all([again("microphone", microphoneId), cameraOn ? again("camera", cameraId) : undefined]);
    this.#change({ opening: false, devices: await listDevices() });
  }

  /** For `resume`, in a visit's call. */
  memory(visitId: string): Remembered {
    const { microphone, camera, microphoneOn, cameraOn } = this.#state;
    const idOf = (track: MediaStreamTrack | null) => track?.getSettings().deviceId ?? "";
    return { visitId, microphoneOn, cameraOn, microphoneId: idOf(microphone), cameraId: idOf(camera) };
  }

  /** One question for both devices where the browser allows it; each by itself where that fails. */
  async #openTogether(): Promise<void> {
    try {
      const { microphone, camera } = await openBoth();
      this.#take("microphone", microphone);
      this.#take("camera", camera);
    } catch {
      await this.choose("microphone");
      await this.choose("camera");
    }
  }

  /** Takes a device (again): the old track ends, the new one is given to whoever listens. Never throws. */
  async choose(kind: Kind, deviceId = ""): Promise<boolean> {
    try {
      this.#state[kind]?.stop();
      const track = await OPEN[kind](deviceId);
      this.#take(kind, track);
      return true;
    } catch (error) {
      const problems = { ...this.#state.problems, [kind]: deviceProblem(kind, error) };
      this.#change({ problems, ...(kind === "microphone" ? { microphone: null } : { camera: null }) });
      return false;
    }
  }

  #take(kind: Kind, track: MediaStreamTrack): void {
    if (this.#closed) {
      track.stop();
      return;
    }
    const problems = Object.fromEntries(Object.entries(this.#state.problems).filter(([of]) => of !== kind));
    track.addEventListener("ended", () => this.#lost(kind, track));
    if (kind === "microphone") {
      track.enabled = this.#state.microphoneOn;
      this.#change({ microphone: track, problems });
    } else {
      this.#change({ camera: track, cameraOn: true, problems });
    }
    void listDevices().then((devices) => this.#change({ devices }));
  }

  /** The browser ends a track when its device is unplugged or its permission withdrawn. */
  #lost(kind: Kind, track: MediaStreamTrack): void {
    if (this.#state[kind] !== track) return;
    const problem = deviceProblem(kind, new DOMException("The device is gone.", "NotFoundError"));
    this.#change({ problems: { ...this.#state.problems, [kind]: problem } });
  }

  setMicrophone(on: boolean): void {
    if (this.#state.microphone !== null) this.#state.microphone.enabled = on;
    this.#change({ microphoneOn: on });
  }

  async setCamera(on: boolean): Promise<void> {
    if (on) {
      if (await this.choose("camera")) this.#change({ cameraOn: true });
      return;
    }
    this.#state.camera?.stop();
    this.#change({ camera: null, cameraOn: false });
  }

  /** Asks what to share and shares it; false when the person changed their mind. Throws what the browser refuses. */
  async shareScreen(): Promise<boolean> {
    const track = await openScreen();
    if (track === null) return false;
    if (this.#closed) {
      track.stop();
      return false;
    }
    this.stopScreen();
    // The browser's own bar, or the shared window's end.
    track.addEventListener("ended", () => {
      if (this.#state.screen === track) this.#change({ screen: null });
    });
    this.#change({ screen: track, screenProblem: null });
    return true;
  }

  /** The room does not take this screen, somebody else's is shown or this person may not: it ends. */
  refuseScreen(screen: MediaStreamTrack, problem: Problem): void {
    if (this.#state.screen !== screen) return;
    screen.stop();
    this.#change({ screen: null, screenProblem: problem });
  }

  stopScreen(): void {
    if (this.#state.screen === null) return;
    this.#state.screen.stop();
    this.#change({ screen: null });
  }

  close(): void {
    this.#closed = true;
    this.stopScreen();
    this.#state.microphone?.stop();
    this.#state.camera?.stop();
    this.#change({ microphone: null, camera: null });
  }
}
