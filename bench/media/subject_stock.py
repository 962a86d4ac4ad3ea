"""The stock peer: aiortc as its examples use it. Tracks decoded by its receivers, given to the other participant by
MediaRelay (and encoded again), recorded by MediaRecorder, and the sound resampled to 16 kHz for a listener."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

from aiortc import (
    MediaStreamTrack,
    RTCBundlePolicy,
    RTCConfiguration,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.contrib.media import MediaRecorder, MediaRelay
from aiortc.mediastreams import MediaStreamError
from av.audio.resampler import AudioResampler

from bench.media.control import serve


class StockCall:
    """One call of two."""

    def __init__(self, folder: Path, ending: str) -> None:
        self._folder, self._ending = folder, ending
        self._relay = MediaRelay()
        self._peers: dict[str, RTCPeerConnection] = {}
        self._tracks: dict[str, dict[str, MediaStreamTrack]] = {}
        self._recorders: dict[str, MediaRecorder] = {}
        self._taps: list[asyncio.Task[None]] = []
        self.heard = 0

    async def connect(self, asked: dict[str, Any]) -> str:
        name = asked["participant"]
        peer = self._peers[name] = RTCPeerConnection(
            RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
        )
        tracks = self._tracks[name] = {}
        peer.on("track", lambda track: tracks.setdefault(track.kind, track))
        await peer.setRemoteDescription(RTCSessionDescription(asked["offer"], "offer"))
        for transceiver in peer.getTransceivers()[2:]:
            transceiver.direction = "sendonly"
        await peer.setLocalDescription(await peer.createAnswer())
        if len(self._peers) == 2:
            for one, other in (tuple(self._peers), tuple(self._peers)[::-1]):
                self._show(self._peers[one], self._tracks[other])
        return peer.localDescription.sdp

    def _show(self, viewer: RTCPeerConnection, tracks: dict[str, MediaStreamTrack]) -> None:
        for transceiver in viewer.getTransceivers()[2:4]:
            transceiver.sender.replaceTrack(self._relay.subscribe(tracks[transceiver.kind]))

    async def tap(self, asked: dict[str, Any]) -> None:
        name = asked["participant"]
        recorder = self._recorders[name] = MediaRecorder(str(self._folder / f"{name}.{self._ending}"))
        for kind in ("audio", "video"):
            recorder.addTrack(self._relay.subscribe(self._tracks[name][kind]))
        await recorder.start()
        self._taps.append(asyncio.create_task(self._hear(self._relay.subscribe(self._tracks[name]["audio"]))))

    async def _hear(self, track: MediaStreamTrack) -> None:
        resampler = AudioResampler(format="s16", layout="mono", rate=16_000)
        try:
            while True:
                for frame in resampler.resample(await track.recv()):  # type: ignore[arg-type]
                    self.heard += frame.samples
        except MediaStreamError:
            return

    async def state(self, asked: dict[str, Any]) -> dict[str, float]:
        return {
            "heard_s": self.heard / 16_000,
            "written": sum(file.stat().st_size for file in self._folder.iterdir()),
        }

    async def close(self) -> None:
        for task in self._taps:
            task.cancel()
        await asyncio.gather(*self._taps, return_exceptions=True)
        for recorder in self._recorders.values():
            await recorder.stop()
        await asyncio.gather(*(peer.close() for peer in self._peers.values()), return_exceptions=True)


async def main(folder: Path, ending: str) -> None:
    call = StockCall(folder, ending)
    await serve({"connect": call.connect, "tap": call.tap, "state": call.state})
    await asyncio.wait_for(call.close(), 8)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "mp4"))
