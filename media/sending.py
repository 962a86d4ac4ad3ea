"""What one participant is asked to send, by what their line carries upward. Pure; times are given.

Between two people REMB makes the picture small, but nothing in RTCP makes a browser's sound smaller: 32 kbit/s in
packets of 20 ms take 56 on the wire. So the browser is told (room.state): `LEAN` is sound of 16 kbit/s in packets of
60 ms (24 on the wire), `SOUND` the same beside one small picture a second (5 to 10).
Down quickly, up slowly, as `media.ladder`.
"""

from enum import IntEnum

from media.ladder import (
    AFTERMATH_S,
    CLEAN_LOSS,
    DOWN_S,
    FIRST_WAIT_S,
    HEAD_ROOM,
    LEAN_BELOW_BPS,
    LEAN_UNTIL_BPS,
    LEAST_VIDEO_BPS,
    LONGEST_WAIT_S,
    TRIAL_S,
    UP_S,
    WARM_UP_S,
    Lasting,
)
from media.model import LineFigures

CROWDED_LOSS = 0.2  # of the voice: more than bad radio loses, less than sound in double its room
SOUND_FOR_S = (
    40.0  # before the camera is tried again, which the sound pays for where the line is still too thin
)


class Sending(IntEnum):
    """Ordered: more is more to send."""

    SOUND = 0
    LEAN = 1
    FULL = 2

    @property
    def word(self) -> str:
        """As signaling and the browser call it."""
        return self.name.lower()


class SendingLadder:
    """One publisher's position. Call `step` about twice a second."""

    def __init__(self, now: float) -> None:
        self.sending = Sending.FULL
        self._warm_at = now + WARM_UP_S
        self._failing = Lasting()
        self._clean = Lasting()
        self._wait = FIRST_WAIT_S
        self._may_climb_at = now
        self._trial_ends: float | None = None
        self._aftermath_until = now

    def found(self, now: float) -> None:
        """The line was lost and is there again: what is counted of it at first is the outage's."""
        self._aftermath_until = now + AFTERMATH_S
        self._failing.note(False, now)

    def restart(self, now: float) -> None:
        """A new connection, perhaps over another line, that begins with everything."""
        self._move(Sending.FULL, now)
        self._wait, self._may_climb_at = FIRST_WAIT_S, now

    def step(self, line: LineFigures, voice: LineFigures, now: float) -> Sending:
        """`line`: all that is sent, its estimate being of pictures; `voice`: the microphone's part."""
        if self._trial_ends is not None and now >= self._trial_ends:
            self._wait, self._trial_ends = FIRST_WAIT_S, None
        if self._failing.note(self._fails(line, voice, now), now) >= DOWN_S:
            self._down(now)
        elif (
            self._clean.note(self._promises(line, voice), now) >= self._patience and now >= self._may_climb_at
        ):
            self._move(Sending(self.sending + 1), now)
            self._trial_ends = now + TRIAL_S
        return self.sending

    def _fails(self, line: LineFigures, voice: LineFigures, now: float) -> bool:
        if self.sending is Sending.SOUND or now < self._aftermath_until:
            return False
        settled = (
            self.sending is Sending.FULL or now >= self._warm_at
        )  # what was just lightened takes a moment
        if voice.loss >= CROWDED_LOSS and settled:
            return True
        if now < self._warm_at or line.estimate_bps is None:
            return False
        if self._trial_ends is not None and voice.loss < CLEAN_LOSS:
            return False  # the estimate still grows from what the former position left
        least = LEAN_BELOW_BPS if self.sending is Sending.FULL else LEAST_VIDEO_BPS
        # An estimate well above what is sent is bounded by a quiet picture, not by the line.
        return line.estimate_bps < min(least, HEAD_ROOM * (line.bitrate_bps - voice.bitrate_bps))

    def _promises(self, line: LineFigures, voice: LineFigures) -> bool:
        if self.sending is Sending.FULL or voice.loss >= CLEAN_LOSS:
            return False
        return self.sending is Sending.SOUND or (line.estimate_bps or 0) >= LEAN_UNTIL_BPS

    @property
    def _patience(self) -> float:
        return SOUND_FOR_S if self.sending is Sending.SOUND else UP_S

    def _down(self, now: float) -> None:
        if self._trial_ends is not None:
            self._wait = min(self._wait * 2, LONGEST_WAIT_S)
        self._may_climb_at = now + self._wait
        self._move(Sending(self.sending - 1), now)

    def _move(self, sending: Sending, now: float) -> None:
        self.sending, self._trial_ends = sending, None
        self._warm_at = now + WARM_UP_S
        self._failing.note(False, now)
        self._clean.note(False, now)
