"""`consultroom record`: recordings and utterances of this node, fed by `serve` over a unix socket."""

from __future__ import annotations

from app.airing import Airing
from app.lifetime import end_with_parent, stop_on_signals
from app.recorder import RecordingDesk
from app.settings import Settings
from app.wiring import Clinic
from core.private_file import make_private_folder
from core.telemetry import configure_logging, get_logger
from media.recording import RecorderServer
from transcription import UtteranceFinder

log = get_logger()


async def run() -> int:
    """Runs until SIGTERM; every open segment is closed cleanly then."""
    end_with_parent()
    configure_logging("record")
    stop = stop_on_signals()
    clinic = Clinic(Settings())
    make_private_folder(clinic.settings.runtime_dir)
    airing = Airing(clinic.live_keys, clinic.open_speech) if clinic.settings.speech_partials else None
    desk = RecordingDesk(
        clinic.database, clinic.store, clinic.storage, UtteranceFinder, clinic.settings.node, airing
    )
    log.info("record.started", count=await desk.tidy())
    server = RecorderServer(clinic.settings.recorder_socket, desk)
    await server.start()
    try:
        await stop.wait()
    finally:
        await server.close()
        await desk.close()
        await clinic.close()
    return 0
