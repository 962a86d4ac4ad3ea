"""The quality of a call: every participant's two directions, judged together every few seconds.

Together, because a gap that a viewer hears may have been made on the speaker's way to the room, and a small picture
may be what the viewer's line asked for: who is told to move closer to the router must be the right one.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol
from uuid import UUID

from media.causes import (
    MOSTLY,
    NARROW_BPS,
    WEAK_LOSS,
    BrowserReport,
    Cause,
    CauseOfDirection,
    Devices,
    DownFacts,
    UpFacts,
    down_causes,
    up_causes,
)
from media.model import ConnectionState, Figures, LineFigures, Source
from media.quality import Flow, Level, LineScorer, LineWindow, level_of

Direction = Literal["up", "down"]
CAMERA_BPS = 600_000  # what a browser's camera sends at most (web/src/media/peer.ts)


class Lines(Protocol):
    """Where the figures come from: the media plane."""

    def figures(self, visit_id: UUID, participant_id: UUID) -> Figures: ...

    def estimates(self, visit_id: UUID, participant_id: UUID) -> tuple[int | None, int | None]: ...

    def held_back(self, participant_id: UUID) -> tuple[bool, bool]: ...

    def state(self, visit_id: UUID, participant_id: UUID) -> ConnectionState: ...


class Sending(Protocol):
    """What a participant has switched on, as the others see it."""

    @property
    def microphone(self) -> bool: ...
    @property
    def camera(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Judgement:
    """One direction: the score (0 to 100), its level, and the cause where there is one to name."""

    score: int
    level: Level
    cause: Cause | None


@dataclass(frozen=True, slots=True)
class Assessment:
    """Both directions of one participant, seen from them: up is what they send."""

    up: Judgement
    down: Judgement


@dataclass(slots=True)
class _Line:
    """What is remembered of one participant between two windows."""

    devices: Devices = field(default_factory=Devices)
    scorers: dict[tuple[Direction, Source], LineScorer] = field(default_factory=dict)
    counted: dict[tuple[Direction, Source], int] = field(default_factory=dict)
    causes: dict[Direction, CauseOfDirection] = field(
        default_factory=lambda: {"up": CauseOfDirection(), "down": CauseOfDirection()}
    )
    was_on: frozenset[Source] = frozenset()


@dataclass(frozen=True, slots=True)
class _Now:
    """One participant in this window. `sent`: packets of each direction and source since the last one."""

    line: _Line
    figures: Figures
    on: frozenset[Source]
    sent: Mapping[tuple[Direction, Source], int]
    connected: bool
    report: BrowserReport | None
    held_back: tuple[bool, bool]
    """Pictures that are kept back because the line does not carry them: up, down."""

    @property
    def camera_room(self) -> float:
        """What its uplink carries of the camera, or could."""
        camera = self.figures["up"].get("camera", LineFigures())
        return max(camera.bitrate_bps, camera.estimate_bps or CAMERA_BPS)

    @property
    def camera_wish(self) -> float:
        """What its downlink takes of cameras."""
        camera = self.figures["down"].get("camera", LineFigures())
        return camera.estimate_bps if camera.estimate_bps is not None else CAMERA_BPS


class CallQuality:
    """Of all visits of one process. `clock`: monotonic seconds."""

    def __init__(self, lines: Lines, clock: Callable[[], float] = time.monotonic) -> None:
        self._lines = lines
        self._clock = clock
        self._calls: dict[UUID, dict[UUID, _Line]] = {}

    def report(self, visit_id: UUID, participant_id: UUID, report: BrowserReport) -> None:
        """What a browser said about itself; only the newest counts."""
        self._line(visit_id, participant_id).devices.note(report, self._clock())

    def assess(
        self, visit_id: UUID, people: Mapping[UUID, Sending], seconds: float
    ) -> dict[UUID, Assessment]:
        """Everybody whose media has connected, over the `seconds` since the last call. Those left out of `people`
        are forgotten."""
        call = self._calls.setdefault(visit_id, {})
        for gone in set(call) - set(people):
            del call[gone]
        met = [who for who in people if self._lines.state(visit_id, who) is not ConnectionState.CONNECTING]
        now = {who: self._now(visit_id, who, people[who]) for who in met}
        return {who: _assessed(now, who, max(seconds, 0.1), self._clock()) for who in now}

    def forget(self, visit_id: UUID) -> None:
        self._calls.pop(visit_id, None)

    def _line(self, visit_id: UUID, participant_id: UUID) -> _Line:
        return self._calls.setdefault(visit_id, {}).setdefault(participant_id, _Line())

    def _now(self, visit_id: UUID, who: UUID, sending: Sending) -> _Now:
        line = self._line(visit_id, who)
        figures = _with_estimates(self._lines.figures(visit_id, who), *self._lines.estimates(visit_id, who))
        switched: dict[Source, bool] = {"microphone": sending.microphone, "camera": sending.camera}
        on = frozenset(source for source, is_on in switched.items() if is_on)
        steady, line.was_on = on & line.was_on, on
        return _Now(
            line,
            figures,
            steady,
            _since_last(line, figures),
            self._lines.state(visit_id, who) is ConnectionState.CONNECTED,
            line.devices.fresh(self._clock()),
            self._lines.held_back(who),
        )


def _with_estimates(figures: Figures, up: int | None, down: int | None) -> Figures:
    """The estimates are of a line's video in all: a camera has what a shared screen leaves."""
    return {"up": _with_estimate(figures["up"], up), "down": _with_estimate(figures["down"], down)}


def _with_estimate(sources: dict[Source, LineFigures], bps: int | None) -> dict[Source, LineFigures]:
    camera = sources.get("camera")
    if camera is None:
        return sources
    left = None if bps is None else max(0, bps - sources.get("screen", LineFigures()).bitrate_bps)
    return {**sources, "camera": replace(camera, estimate_bps=left)}


def _since_last(line: _Line, figures: Figures) -> dict[tuple[Direction, Source], int]:
    """Packets since the last window. A new connection counts from zero again."""
    sent: dict[tuple[Direction, Source], int] = {}
    for direction, sources in figures.items():
        for source, found in sources.items():
            before = line.counted.get((direction, source), 0)
            sent[direction, source] = found.packets - before if found.packets >= before else found.packets
            line.counted[direction, source] = found.packets
    return sent


def _assessed(room: Mapping[UUID, _Now], who: UUID, seconds: float, at: float) -> Assessment:
    me, others = room[who], [other for one, other in room.items() if one != who]
    if not me.connected:
        for direction, source in me.line.scorers:
            me.line.scorers[direction, source].update(None, "lost")
        gone = Judgement(20, "lost", "lost")
        return Assessment(gone, gone)
    return Assessment(_up(me, others, seconds, at), _down(me, others, seconds))


def _up(me: _Now, others: list[_Now], seconds: float, at: float) -> Judgement:
    wish = min(CAMERA_BPS, max((other.camera_wish for other in others), default=CAMERA_BPS))
    windows = {
        source: _window(source, found, me.sent["up", source], seconds, found.loss, wish)
        for source, found in me.figures["up"].items()
    }
    flows: dict[Source, Flow] = {
        source: "flowing" if source in me.on or window.packets else "silent"
        for source, window in windows.items()
    }
    _pause_camera(flows, windows, me.held_back[0] and "camera" in me.on)
    worst = list(windows.values())
    limited = me.report is not None and me.report.bandwidth_limited > MOSTLY
    facts = UpFacts(
        loss=max((window.loss for window in worst), default=0.0),
        # A paced key frame looks like jitter of a picture (RFC 3550 counts by timestamps); sound has none of its own.
        jitter_s=windows["microphone"].jitter_s if "microphone" in windows else 0.0,
        rtt_s=max((window.rtt_s for window in worst), default=0.0),
        narrow=me.held_back[0] or (limited and me.camera_room < min(NARROW_BPS, wish)),
    )
    switched = me.line.was_on
    found = me.line.devices.causes(at, microphone="microphone" in switched, camera="camera" in switched)
    return _judged(me, "up", windows, flows, [*up_causes(facts), *found])


def _down(me: _Now, others: list[_Now], seconds: float) -> Judgement:
    offered = sum(min(CAMERA_BPS, other.camera_room) for other in others if "camera" in other.on)
    windows = {
        source: _window(source, found, me.sent["down", source], seconds, found.loss, offered)
        for source, found in me.figures["down"].items()
    }
    flows: dict[Source, Flow] = {
        source: "flowing" if window.packets else "silent" for source, window in windows.items()
    }
    _pause_camera(flows, windows, me.held_back[1] and offered > 0)
    limited = any(other.report is not None and other.report.bandwidth_limited > MOSTLY for other in others)
    source_weak = any(_loss_up(other) >= WEAK_LOSS for other in others)
    narrow = limited and not source_weak and me.camera_wish < min(NARROW_BPS, offered)
    facts = DownFacts(
        loss=max((window.loss for window in windows.values()), default=0.0),
        rtt_s=max((window.rtt_s for window in windows.values()), default=0.0),
        narrow=narrow or me.held_back[1],
        source_weak=source_weak,
    )
    return _judged(me, "down", windows, flows, down_causes(facts, me.report))


def _pause_camera(flows: dict[Source, Flow], windows: Mapping[Source, LineWindow], held: bool) -> None:
    camera = windows.get("camera")
    if held and camera is not None and not camera.packets:
        flows["camera"] = "paused"


def _window(
    source: Source, found: LineFigures, packets: int, seconds: float, loss: float, wish: float
) -> LineWindow:
    """`wish`: bits per second of camera asked for. Only an estimate says whether the line could carry it: a still
    room needs few bits on the best of lines."""
    asked = source == "camera" and found.estimate_bps is not None
    return LineWindow(
        packets=packets / (1 - min(loss, 0.99)),
        seconds=seconds,
        loss=loss if packets else 0.0,
        jitter_s=found.jitter_s if packets else 0.0,
        rtt_s=found.rtt_s or 0.0,
        expected_bps=wish if asked else 0.0,
        room_bps=max(found.bitrate_bps, found.estimate_bps or 0),
        video=source != "microphone",
    )


def _loss_up(one: _Now) -> float:
    return max((found.loss for found in one.figures["up"].values()), default=0.0)


def _judged(
    me: _Now,
    direction: Direction,
    windows: Mapping[Source, LineWindow],
    flows: Mapping[Source, Flow],
    found: list[Cause],
) -> Judgement:
    """The worst of the tracks is the direction's score, as LiveKit has it."""
    scores = [
        me.line.scorers.setdefault((direction, source), LineScorer()).update(window, flows[source])
        for source, window in windows.items()
    ]
    score = min(scores, default=100.0)
    relay = me.report is not None and me.report.route == "relay"
    cause = me.line.causes[direction].choose(found, relay=relay, excellent=score > 80)
    return Judgement(round(score), level_of(score), cause)
