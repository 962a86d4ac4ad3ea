"""Figures under load of recorded packets: CPU of a call, forwarding rate, delay and loop lag, memory."""

from __future__ import annotations

import asyncio
import os
import statistics
from array import array
from collections.abc import Awaitable, Callable
from typing import Any

from bench.media import flood, janus, scenes
from bench.media.accounting import Meter, memory_mib
from bench.media.control import Subject
from bench.media.recorded import Recording
from bench.media.results import Row, keep, percentile, row

SETTLE_S = 4.0  # connections, key frames, caches
FLOODED_CALLS = 20  # so that nobody exceeds what one participant may send (media/limits.py)
FLOOD_S = 10.0  # of media, sent as fast as it goes
SERVER_CORE, OTHER_CORE = 0, 1
Shares = dict[str, float]


async def cpu(recording: Recording, seconds: float, rounds: int) -> list[Row]:
    """One call of two, in turns: ours tapped and recorded, ours recorded, stock aiortc, Janus."""
    takes: dict[str, list[Shares]] = {}
    for _ in range(rounds):
        for name, take in _TAKES.items():
            if name != "janus" or janus.available():
                takes.setdefault(name, []).append(await take(recording, seconds))
    tapped, recorded, stock = (_median(takes[name]) for name in ("tapped", "recorded", "stock"))
    ours, lean = sum(tapped.values()), sum(recorded.values())
    unit = "% of a core"
    rows = [
        row("CPU of a call of two, recorded and audio tapped; peer stock aiortc relay + recorder",
            ours, stock["serve"], unit, "<= 1/10 of peer", ours <= stock["serve"] / 10),
        row("  recorded and tapped: serve", tapped["serve"], None, unit, "", None),
        row("  recorded and tapped: record", tapped["record"], None, unit, "", None),
    ]  # fmt: skip
    peer = sum(_median(takes["janus"]).values()) if "janus" in takes else None
    met = None if peer is None else lean <= 4 * peer
    rows += [
        row("CPU of a call of two, forwarded and recorded; peer Janus VideoRoom", lean, peer, unit, "<= 4 x peer", met),
        row("  recorded: serve", recorded["serve"], None, unit, "", None),
        row("  recorded: record", recorded["record"], None, unit, "", None),
    ]  # fmt: skip
    keep(rows, {"cpu": {"tapped": tapped, "recorded": recorded, "stock": stock, "janus": {"serve": peer}}})
    return rows


def _median(shares: list[Shares]) -> Shares:
    return {name: statistics.median(each[name] for each in shares) for name in shares[0]}


async def _ours(recording: Recording, seconds: float, *, transcribe: bool) -> Shares:
    async with scenes.room(recording) as scene:
        call = await scene.call(tapped=True)
        if not transcribe:
            for name in call.names:
                await scene.server("tap", visit=call.visit, participant=name, record=True, transcribe=False)
        await asyncio.sleep(SETTLE_S)
        assert scene.recorder is not None
        meter = Meter(serve=scene.server.pid, record=scene.recorder.pid)
        await asyncio.sleep(seconds)
        shares = meter.shares()
        _complete(call.clients, seconds, recording)
        written = (await scene.recorder("state"))["written"]
        assert written > 0.8 * recording.video_bps / 8 * seconds, "not everything was recorded"
        return shares


async def _stock(recording: Recording, seconds: float) -> Shares:
    async with scenes.stock(recording) as scene:
        call = await scene.call(tapped=True)
        await asyncio.sleep(SETTLE_S)
        meter = Meter(serve=scene.server.pid)
        await asyncio.sleep(seconds)
        shares = meter.shares()
        assert all(len(client.streams) >= 2 for client in call.clients), (
            "stock aiortc forwards sound and picture"
        )
        return shares


async def _janus(recording: Recording, seconds: float) -> Shares:
    async with janus.running(recording) as (server, player):
        call = await server.call(player, 1234)
        try:
            await asyncio.sleep(SETTLE_S)
            meter = Meter(serve=server.pid)
            await asyncio.sleep(seconds)
            shares = meter.shares()
            _complete(call.viewers, seconds, recording)
            assert server.written() > 0.8 * recording.video_bps / 8 * seconds, "not everything was recorded"
            return shares
        finally:
            await call.close()


def _complete(clients: list[Any], seconds: float, recording: Recording) -> None:
    """A server that forwards less would look cheap."""
    for client in clients:
        got = sum(stream.packets for stream in client.streams.values())
        assert got > 0.95 * recording.packets_per_second * seconds, f"{got} packets in {seconds} s"


_TAKES: dict[str, Callable[[Recording, float], Awaitable[Shares]]] = {
    "tapped": lambda recording, seconds: _ours(recording, seconds, transcribe=True),
    "recorded": lambda recording, seconds: _ours(recording, seconds, transcribe=False),
    "stock": _stock,
    "janus": _janus,
}


async def forwarding(recording: Recording, rounds: int) -> list[Row]:
    """Packets a second of one core: our plane and the bare loop, in turns. Medians."""
    rates: dict[str, list[flood.Rate]] = {"ours": [], "bare": [], "reading": []}
    os.sched_setaffinity(0, {OTHER_CORE % (os.cpu_count() or 1)})
    try:
        for _ in range(rounds):
            rates["ours"].append(await _flooded_room(recording))
            rates["bare"].append(await _flooded_loop(recording, "transport"))
            rates["reading"].append(await _flooded_loop(recording, "reading"))
    finally:
        os.sched_setaffinity(0, set(range(os.cpu_count() or 1)))
    rate = {name: statistics.median(r.per_cpu_second for r in found) for name, found in rates.items()}
    cost = {name: statistics.median(r.microseconds for r in found) for name, found in rates.items()}
    rows = [
        row("forwarding rate of one core; peer a bare asyncio loop (decrypt, encrypt)",
            rate["ours"], rate["bare"], "packets/s", ">= 60 % of peer", rate["ours"] >= 0.6 * rate["bare"]),
        row("  stricter peer: a loop that reads its sockets itself until they are empty",
            rate["ours"], rate["reading"], "packets/s", "", None),
        row("  CPU per forwarded packet", cost["ours"], cost["bare"], "µs", "", None),
    ]  # fmt: skip
    keep(rows, {"forwarding": {name: [r.per_cpu_second for r in found] for name, found in rates.items()}})
    return rows


async def _flooded_room(recording: Recording) -> flood.Rate:
    async with scenes.room(recording, recorded=False, cores={SERVER_CORE}) as scene:
        for _ in range(FLOODED_CALLS):
            await scene.call(tapped=False)
        await asyncio.sleep(2)
        await scene.player.close()
        return flood.run(await flood.room_flows(scene, recording, FLOOD_S), scene.server.pid)


async def _flooded_loop(recording: Recording, way: str) -> flood.Rate:
    async with Subject("bench.media.subject_bare", way, cores={SERVER_CORE}) as server:
        return flood.run(await flood.bare_flows(server, recording, FLOOD_S, FLOODED_CALLS), server.pid)


async def delay(recording: Recording, seconds: float, calls: int = 20) -> list[Row]:
    """Calls on one core: from just before a publisher's `sendto` to the kernel's stamp at the viewer's socket.

    Not recorded here: `record` is another process with a core of its own, and this machine's other one plays the load.
    """
    os.sched_setaffinity(0, {OTHER_CORE % (os.cpu_count() or 1)})
    try:
        async with scenes.room(recording, recorded=False, cores={SERVER_CORE}) as scene:
            for _ in range(calls):
                await scene.call(tapped=False)
            await asyncio.sleep(SETTLE_S)
            return await _measured_delay(scene, seconds, calls)
    finally:
        os.sched_setaffinity(0, set(range(os.cpu_count() or 1)))


async def _measured_delay(scene: scenes.Scene, seconds: float, calls: int) -> list[Row]:
    clients = [client for call in scene.calls for client in call.clients]
    for client in clients:
        client.delays = array("d")
    scene.player.late = 0
    meter = Meter(serve=scene.server.pid)
    await scene.server("lag_start")
    await asyncio.sleep(seconds)
    lags = await scene.server("lag_stop")
    busy = meter.shares()["serve"]
    delays = [1000 * value for client in clients for value in client.delays or ()]
    p50, p99, lag = percentile(delays, 0.5), percentile(delays, 0.99), 1000 * percentile(lags, 0.99)
    rows = [
        row(f"delay added by the server, {calls} calls on one core, p50", p50, None, "ms", "<= 1", p50 <= 1),
        row(
            f"delay added by the server, {calls} calls on one core, p99", p99, None, "ms", "<= 10", p99 <= 10
        ),
        row("loop lag in that load, p99", lag, None, "ms", "<= 15", lag <= 15),
        row("  CPU of serve in that load", busy, None, "% of a core", "", None),
        row("  packets measured", len(delays), None, "", "", None),
        row("  turns of the load generator that were over 20 ms late", scene.player.late, None, "", "", None),
    ]
    shares = [i / 200 for i in range(1, 200)] + [0.9975, 0.999]
    cdf = [
        [share, percentile_of(sorted_delays, share)] for sorted_delays in [sorted(delays)] for share in shares
    ]
    keep(rows, {"delay": {"cdf": cdf, "calls": calls}})
    return rows


def percentile_of(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


async def memory(recording: Recording, minutes: float, calls: int = 10) -> list[Row]:
    """Resident memory of serve and record after `minutes` against after a tenth of them, with calls going on."""
    async with scenes.room(recording) as scene:
        assert scene.recorder is not None
        for _ in range(calls):
            await scene.call(tapped=True)
        curve: list[list[float]] = []
        began = asyncio.get_running_loop().time()
        while (at := asyncio.get_running_loop().time() - began) < minutes * 60:
            curve.append([at, memory_mib(scene.server.pid), memory_mib(scene.recorder.pid)])
            await asyncio.sleep(min(5.0, minutes * 3))
        early = next(point for point in curve if point[0] >= minutes * 6)
        before, after = sum(early[1:]), sum(curve[-1][1:])
        grown = 100 * (after / before - 1)
        goal = "<= +5 %" if minutes >= 30 else "<= +5 % (30 min)"
        rows = [
            row(f"memory of serve and record after {minutes:g} min of {calls} calls against after {minutes / 10:g}",
                after, before, "MiB", goal, grown <= 5 if minutes >= 30 else None),
        ]  # fmt: skip
        keep(rows, {f"memory-{minutes:g}": {"calls": calls, "curve": curve}})
        return rows
