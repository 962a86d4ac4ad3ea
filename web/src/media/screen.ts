/** A shared screen, window or tab: sharp enough to read, and few pictures a second, since text hardly moves. */

/** Larger screens are scaled down here: at this size small print is legible and a megabit carries it. */
export const SCREEN_SIZE = { width: { max: 1920 }, height: { max: 1200 }, frameRate: { ideal: 10, max: 15 } } as const;
export const SCREEN_FRAMES_PER_SECOND = 15;

/** Phones' browsers have no way to share a screen; they are offered none. */
export function canShareScreen(): boolean {
  const devices = navigator.mediaDevices as Partial<MediaDevices> | undefined;
  return typeof devices?.getDisplayMedia === "function";
}

/** The track of what the person picks. Null: they changed their mind, which is no error. Throws what else goes wrong. */
export async function openScreen(): Promise<MediaStreamTrack | null> {
  try {
    const stream = await navigator.mediaDevices.getDisplayMedia({ video: SCREEN_SIZE, audio: false });
    const [track] = stream.getVideoTracks();
    if (track === undefined) return null;
    // "text" keeps the resolution and lets the frame rate go (W3C mst-content-hint).
    track.contentHint = "text";
    return track;
  } catch (error) {
    if (error instanceof DOMException && error.name === "NotAllowedError") return null;
    throw error;
  }
}
