"""A plain page that joins a room, and its small server: what the integration tests let Chromium open."""

import asyncio
from contextlib import asynccontextmanager
from uuid import UUID

from aiohttp import web

from media import MediaPlane

PAGE = """<!doctype html><meta charset=utf-8><title>room</title><body><script>
const query = new URLSearchParams(location.search);
let peer;
async function join(seats, permission) {
  let stream = null;
  if (permission) stream = await navigator.mediaDevices.getUserMedia({audio: true, video: {width: 640, height: 480}});
  else {
    const canvas = document.createElement('canvas'); canvas.width = 320; canvas.height = 240;
    const pen = canvas.getContext('2d'); let n = 0;
    setInterval(() => { pen.fillStyle = `hsl(${n++ % 360} 80% 50%)`; pen.fillRect(0, 0, 320, 240); }, 66);
    stream = canvas.captureStream(15);
    const audio = new AudioContext(); const tone = audio.createOscillator(); const out = audio.createMediaStreamDestination();
    tone.connect(out); tone.start(); stream.addTrack(out.stream.getAudioTracks()[0]);
  }
  peer = new RTCPeerConnection({iceServers: [], bundlePolicy: 'max-bundle'});
  window.candidates = [];
  peer.onicecandidate = e => { if (e.candidate) {
    window.candidates.push(e.candidate.candidate);
    fetch('/candidate' + location.search, {method: 'POST',
      body: JSON.stringify({candidate: e.candidate.candidate, mid: e.candidate.sdpMid})}); } };
  peer.addTransceiver(stream.getAudioTracks()[0], {direction: 'sendonly', streams: [stream]});
  peer.addTransceiver(stream.getVideoTracks()[0], {direction: 'sendonly', streams: [stream]});
  window.videos = [];
  for (let k = 0; k < seats; k++) {
    const audio = peer.addTransceiver('audio', {direction: 'recvonly'});
    const video = peer.addTransceiver('video', {direction: 'recvonly'});
    const view = document.createElement('video'); view.autoplay = true; view.playsInline = true; view.muted = true;
    view.srcObject = new MediaStream([audio.receiver.track, video.receiver.track]);
    document.body.append(view); window.videos.push(view);
  }
  const started = performance.now();
  await peer.setLocalDescription();
  const answer = await fetch('/offer' + location.search, {method: 'POST', body: peer.localDescription.sdp});
  if (!answer.ok) throw new Error(await answer.text());
  await peer.setRemoteDescription({type: 'answer', sdp: await answer.text()});
  await new Promise((done, fail) => { const look = () => {
    if (peer.connectionState === 'connected') done(); else if (peer.connectionState === 'failed') fail('failed');
    else setTimeout(look, 5); }; look(); });
  return performance.now() - started;
}
async function received() {
  const out = {};
  for (const report of (await peer.getStats()).values())
    if (report.type === 'inbound-rtp') out[report.mid] = {kind: report.kind, frames: report.framesDecoded || 0,
      samples: report.totalSamplesReceived || 0, energy: report.totalAudioEnergy || 0, width: report.frameWidth,
      lost: report.packetsLost, nacks: report.nackCount, plis: report.pliCount, concealed: report.concealedSamples,
      freezes: report.freezeCount};
  return out;
}
async function sent() {
  const out = {};
  for (const report of (await peer.getStats()).values())
    if (report.type === 'outbound-rtp') out[report.kind] = {frames: report.framesEncoded, target: report.targetBitrate,
      keys: report.keyFramesEncoded, nacks: report.nackCount, plis: report.pliCount, bytes: report.bytesSent,
      width: report.frameWidth};
  return out;
}
</script>"""

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
]


@asynccontextmanager
async def page_server(plane: MediaPlane, visit_id: UUID):  # type: ignore[no-untyped-def]
    """Serve PAGE on a loopback port; yields its address. `?who=<uuid>` names the participant."""

    async def page(_: web.Request) -> web.Response:
        return web.Response(text=PAGE, content_type="text/html")

    async def offer(request: web.Request) -> web.Response:
        who = UUID(request.query["who"])
        return web.Response(text=await plane.connect(visit_id, who, await request.text()))

    async def candidate(request: web.Request) -> web.Response:
        said = await request.json()
        for _ in range(100):
            try:
                await plane.add_candidate(visit_id, UUID(request.query["who"]), said["candidate"], said["mid"] or "0")
                break
            except Exception:
                await asyncio.sleep(0.02)
        return web.Response()

    app = web.Application()
    app.add_routes([web.get("/", page), web.post("/offer", offer), web.post("/candidate", candidate)])
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    finally:
        await runner.cleanup()
