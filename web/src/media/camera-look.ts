/** Whether a camera sees anything: the brightness of one small picture. The picture itself is thrown away at once. */

export interface Look {
  /** Mean brightness, 0 to 1. */
  light: number;
  /** Standard deviation of the brightness, 0 to 1: none in front of a lens cap. */
  detail: number;
}

const WIDTH = 32;
const HEIGHT = 24;
const PATIENCE_MS = 1_500;

/** Of RGBA bytes (ITU-R BT.601 luma). */
export function lookOf(rgba: Uint8ClampedArray): Look {
  const count = rgba.length / 4;
  let sum = 0;
  let squares = 0;
  for (let at = 0; at < rgba.length; at += 4) {
    const luma = (0.299 * (rgba[at] ?? 0) + 0.587 * (rgba[at + 1] ?? 0) + 0.114 * (rgba[at + 2] ?? 0)) / 255;
    sum += luma;
    squares += luma * luma;
  }
  const light = sum / count;
  return { light: Math.min(1, light), detail: Math.min(1, Math.sqrt(Math.max(0, squares / count - light * light))) };
}

/** Nearly black, or one flat colour (media/causes.py). */
export function isCovered({ light, detail }: Look): boolean {
  return (light < 0.06 && detail < 0.03) || detail < 0.008;
}

function shown(video: HTMLVideoElement): Promise<boolean> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(false), PATIENCE_MS);
    video.addEventListener("playing", () => resolve(true), { once: true });
    video.play().catch(() => resolve(false));
  });
}

/** Null where no picture comes in time, or the page is hidden and nothing is drawn. */
export async function lookAt(track: MediaStreamTrack): Promise<Look | null> {
  if (track.muted || track.readyState === "ended" || document.hidden) return null;
  const video = document.createElement("video");
  video.muted = true;
  video.playsInline = true;
  video.srcObject = new MediaStream([track]);
  try {
    if (!(await shown(video))) return null;
    const canvas = document.createElement("canvas");
    canvas.width = WIDTH;
    canvas.height = HEIGHT;
    const context = canvas.getContext("2d", { willReadFrequently: true });
    if (context === null) return null;
    context.drawImage(video, 0, 0, WIDTH, HEIGHT);
    return lookOf(context.getImageData(0, 0, WIDTH, HEIGHT).data);
  } catch {
    return null;
  } finally {
    video.srcObject = null;
  }
}
