/** How good this client's line is, and whose part of the way is weak: a number alone helps nobody. */

export type Quality = "good" | "weak" | "bad";

export interface Reading {
  /** Packets received and lost so far. */
  received: number;
  lost: number;
  /** Share of this client's packets lost on the way up, 0..1, as the room reports it. */
  lostUp: number;
  /** Round trip in seconds. */
  roundTrip: number;
}

export interface LineQuality {
  quality: Quality;
  words: string;
}

const WEAK_LOSS = 0.03;
const BAD_LOSS = 0.1;
const WEAK_ROUND_TRIP = 0.4;

export function readingOf(report: RTCStatsReport): Reading {
  const reading: Reading = { received: 0, lost: 0, lostUp: 0, roundTrip: 0 };
  for (const stat of report.values() as Iterable<Record<string, unknown>>) {
    const number = (key: string) => (typeof stat[key] === "number" ? stat[key] : 0);
    if (stat["type"] === "inbound-rtp") {
      reading.received += number("packetsReceived");
      reading.lost += Math.max(0, number("packetsLost"));
    } else if (stat["type"] === "remote-inbound-rtp") {
      reading.lostUp = Math.max(reading.lostUp, number("fractionLost"));
      reading.roundTrip = Math.max(reading.roundTrip, number("roundTripTime"));
    }
  }
  return reading;
}

/** The line between two readings. */
export function lineQuality(before: Reading, now: Reading): LineQuality {
  const lost = Math.max(0, now.lost - before.lost);
  const expected = lost + Math.max(0, now.received - before.received);
  const lostDown = expected === 0 ? 0 : lost / expected;
  if (now.lostUp > BAD_LOSS || lostDown > BAD_LOSS) {
    return { quality: "bad", words: now.lostUp > lostDown ? "Your connection loses what you send. Others may not understand you." : "Your connection loses what others send." };
  }
  if (now.lostUp > WEAK_LOSS || lostDown > WEAK_LOSS) return { quality: "weak", words: "Your connection is weak. Moving closer to your router helps." };
  if (now.roundTrip > WEAK_ROUND_TRIP) return { quality: "weak", words: "Your connection is slow. Leave a short pause before you answer." };
  return { quality: "good", words: "Your connection is good." };
}
