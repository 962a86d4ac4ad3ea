/** Cameras and microphones: asking for them, and saying in words why one cannot be had. */

export const VIDEO_SIZE = { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 24, max: 30 } } as const;
const AUDIO_CLEANING = { echoCancellation: true, noiseSuppression: true, autoGainControl: true } as const;

export type Kind = "microphone" | "camera";

export interface DeviceProblem {
  kind: Kind;
  title: string;
  help: string;
}

export interface DeviceList {
  microphones: MediaDeviceInfo[];
  cameras: MediaDeviceInfo[];
}

function browserHelp(): string {
  const agent = navigator.userAgent;
  if (/iPhone|iPad/u.test(agent)) return "Open Settings, then the settings of this browser, and allow camera and microphone. Then try again.";
  if (/Firefox/u.test(agent)) return "Click the crossed-out symbol left of the address, remove the block, and try again.";
  return "Click the symbol left of the address at the top of the window, allow camera and microphone, and try again.";
}

/** Words for the errors of getUserMedia (W3C mediacapture-main 10.2). */
export function deviceProblem(kind: Kind, error: unknown): DeviceProblem {
  const name = error instanceof DOMException ? error.name : "";
  switch (name) {
    case "NotAllowedError":
    case "SecurityError":
      return { kind, title: `This page may not use your ${kind}`, help: browserHelp() };
    case "NotFoundError":
    case "OverconstrainedError":
      return { kind, title: `No ${kind} was found`, help: `Connect a ${kind} and try again.` };
    case "NotReadableError":
    case "AbortError":
      return { kind, title: `Your ${kind} is in use by another program`, help: "Close other video programs or browser windows and try again." };
    default:
      return { kind, title: `Your ${kind} cannot be used`, help: "Unplug and plug it in again, or choose another one, then try again." };
  }
}

function constraintsOf(deviceId: string): MediaTrackConstraints {
  return deviceId === "" ? {} : { deviceId: { exact: deviceId } };
}

function mediaDevices(): MediaDevices {
  // Browsers hide mediaDevices on pages that are not served securely, whatever the type declares.
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  if (devices === undefined) throw new DOMException("The page is not secure.", "SecurityError");
  return devices;
}

async function firstTrack(constraints: MediaStreamConstraints, kind: Kind): Promise<MediaStreamTrack> {
  const stream = await mediaDevices().getUserMedia(constraints);
  const track = kind === "microphone" ? stream.getAudioTracks()[0] : stream.getVideoTracks()[0];
  if (track === undefined) throw new DOMException("The device gave no track.", "NotFoundError");
  return track;
}

/** A fresh track of the microphone; "" is the browser's choice. */
export function openMicrophone(deviceId = ""): Promise<MediaStreamTrack> {
  return firstTrack({ audio: { ...AUDIO_CLEANING, ...constraintsOf(deviceId) } }, "microphone");
}

export function openCamera(deviceId = ""): Promise<MediaStreamTrack> {
  return firstTrack({ video: { ...VIDEO_SIZE, ...constraintsOf(deviceId) } }, "camera");
}

/** Both devices with one question to the person. */
export async function openBoth(): Promise<Record<Kind, MediaStreamTrack>> {
  const stream = await mediaDevices().getUserMedia({ audio: AUDIO_CLEANING, video: VIDEO_SIZE });
  const [microphone] = stream.getAudioTracks();
  const [camera] = stream.getVideoTracks();
  if (microphone === undefined || camera === undefined) throw new DOMException("A track is missing.", "NotFoundError");
  return { microphone, camera };
}

/** Labels are only given after a permission; before, devices are numbered. */
export async function listDevices(): Promise<DeviceList> {
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  const all = (await devices?.enumerateDevices()) ?? [];
  return {
    microphones: all.filter((device) => device.kind === "audioinput"),
    cameras: all.filter((device) => device.kind === "videoinput"),
  };
}

export function deviceName(device: MediaDeviceInfo, at: number): string {
  return device.label === "" ? `${device.kind === "audioinput" ? "Microphone" : "Camera"} ${at + 1}` : device.label;
}
