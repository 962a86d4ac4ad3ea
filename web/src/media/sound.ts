/** The microphone's level for the meter, and the tone of the speaker test. */

const SAMPLES = 1024;

/** Loudness 0..1 of a track, told about 20 times a second until stopped. `alive`: not digital silence. */
export function watchLevel(track: MediaStreamTrack, tell: (level: number, alive: boolean) => void): () => void {
  const context = new AudioContext();
  const source = context.createMediaStreamSource(new MediaStream([track]));
  const analyser = context.createAnalyser();
  analyser.fftSize = SAMPLES;
  source.connect(analyser);
  const samples = new Float32Array(SAMPLES);
  const timer = setInterval(() => {
    if (context.state === "suspended") void context.resume();
    analyser.getFloatTimeDomainData(samples);
    tell(loudness(samples), samples.some((sample) => sample !== 0));
  }, 50);
  return () => {
    clearInterval(timer);
    void context.close();
  };
}

/** Root mean square in decibels, -60 dB as 0 and -12 dB as 1: speech then fills most of the meter. */
export function loudness(samples: Float32Array): number {
  const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
  const decibels = 10 * Math.log10(power + 1e-12);
  return Math.min(1, Math.max(0, (decibels + 60) / 48));
}

/** Two soft notes, one after the other. Resolves when they have been played. */
export async function playTestTone(): Promise<void> {
  const context = new AudioContext();
  await context.resume();
  for (const [at, pitch] of [[0, 523.25], [0.45, 659.25]] as const) {
    const note = context.createOscillator();
    const volume = context.createGain();
    const start = context.currentTime + at;
    note.frequency.value = pitch;
    volume.gain.setValueAtTime(0, start);
    volume.gain.linearRampToValueAtTime(0.25, start + 0.05);
    volume.gain.exponentialRampToValueAtTime(0.001, start + 0.7);
    note.connect(volume).connect(context.destination);
    note.start(start);
    note.stop(start + 0.75);
  }
  await new Promise((resolve) => setTimeout(resolve, 1300));
  await context.close();
}
