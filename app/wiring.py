"""Every constructor of the service, on one page. Nothing else in the code base builds these parts.

Each process takes what it runs: `serve` the `Clinic` and its pages, `record` and `work` the shared parts only.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property, partial
from pathlib import Path
from uuid import UUID

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncSession

from access import Access, CareRelationships, Invitations, RoomTickets, ticket_key
from access.http import AccessHttp
from app.archive import RecordingShelf
from app.composing import Composing, clear_later, compose_later
from app.demo.http import DemoHttp
from app.documents_http import DocumentsHttp
from app.flows import Booked, Cancelled, Showing, VisitEnded
from app.jobs_http import JobsHttp
from app.language_http import LanguageHttp
from app.later import draft_later
from app.media_line import media_settings
from app.nodes import check_taking_work, fingerprint
from app.offered_orders import OfferedOrders, OrderDraftsHttp
from app.open_lines import OpenLines
from app.open_speech import CHANNEL, LiveKeys
from app.settings import Settings
from app.transcript_http import TranscriptHttp, written_spans
from app.turn import turn_settings
from audit.archive import HeadFile
from audit.keys import AuditKeys
from audit.sealer import Sealer
from clinical_store import (
    ClinicalStore,
    ClinicalStoreHttp,
    CompositionHttp,
    FileHttp,
    FileShelf,
    NoteForm,
    NoteHttp,
)
from core.broadcast import Broadcast
from core.bus import Bus
from core.clock import SystemClock
from core.crypto import Keyring
from core.database import Database
from core.http import BoundRoute, add_web, build_app, routes_of
from core.leases import Leases
from core.migrate import at_head
from core.outbox import OutboxRelay
from core.side_process import SideProcess
from core.storage import FolderStorage
from media import ConnectionState, MediaPlane, RecorderLink
from media.call_quality import CallQuality
from media.http import MediaHttp
from media.line_check import LineChecks
from scheduling import Scheduling, SchedulingHttp
from signaling import (
    GuestHttp,
    Guests,
    LineCheckHttp,
    OneNode,
    RoomHttp,
    RoomServer,
    SeveralNodes,
    TicketDesk,
)
from signaling.ports import StillPiece
from soap import SECTIONS
from soap.clinic_templates import ClinicTemplatesStore
from soap.http import TemplatesHttp
from soap.plain import in_plain_words
from transcription import UtteranceFinder
from transcription.clinic_speech import ClinicSpeechStore
from transcription.http import ClinicSpeechHttp
from turn_config import TurnSettings, ice_servers_for


@dataclass(frozen=True)
class Clinic:
    """The parts of one process; each is built when it is first asked for."""

    settings: Settings

    # what every process has

    @cached_property
    def clock(self) -> SystemClock:
        return SystemClock()

    @cached_property
    def database(self) -> Database:
        return Database(self.settings.required_database_url)

    @cached_property
    def denials(self) -> Database:
        """Refused accesses are written here: a burst of them must not take the request path's connections."""
        return Database(self.settings.required_database_url, pool_size=1)

    @cached_property
    def keyring(self) -> Keyring:
        return Keyring.load_or_create(self.settings.keys_dir / "keyring.json")

    @cached_property
    def bus(self) -> Bus:
        return Bus(self.settings.required_redis_url)

    @cached_property
    def open_speech(self) -> Broadcast:
        return Broadcast(self.settings.required_redis_url, CHANNEL)

    @cached_property
    def live_keys(self) -> LiveKeys:
        return LiveKeys(self.database, self.store)

    @cached_property
    def storage(self) -> FolderStorage:
        return FolderStorage(self.settings.data_dir / "storage")

    @cached_property
    def care(self) -> CareRelationships:
        return CareRelationships(self.denials, self.clock)

    @cached_property
    def access(self) -> Access:
        return Access(self.database, self.keyring, self.clock)

    @cached_property
    def store(self) -> ClinicalStore:
        form = NoteForm(tuple(SECTIONS), self._default_template)
        return ClinicalStore(
            self.keyring, self.care, self.access, self.clock, written_spans, in_plain_words, form
        )

    @cached_property
    def clinic_speech(self) -> ClinicSpeechStore:
        return ClinicSpeechStore(self.clock)

    async def _default_template(self, session: AsyncSession) -> str:
        return (await self.templates.read(session)).default

    @cached_property
    def templates(self) -> ClinicTemplatesStore:
        return ClinicTemplatesStore(self.clock)

    @cached_property
    def invitations(self) -> Invitations:
        return Invitations(self.access, self.database, self.keyring, self.clock)

    @cached_property
    def shelf(self) -> RecordingShelf:
        return RecordingShelf(self.database, self.store, self.storage, UtteranceFinder)

    @cached_property
    def files(self) -> FileShelf:
        limit = self.settings.file_megabytes * 1_000_000
        return FileShelf(self.database, self.store, self.storage, self.clock, limit)

    @cached_property
    def composing(self) -> Composing:
        keep = timedelta(days=self.settings.composition_days)
        root = self.settings.data_dir / "storage"
        return Composing(self.database, self.store, self.storage, root, self.clock, keep)

    # what makes `serve`

    @cached_property
    def scheduling(self) -> Scheduling:
        booked = Booked(self.store, self.care)
        return Scheduling(
            self.clock, self.access, self.care, booked, Cancelled(self.store, self.care, self.invitations)
        )

    @cached_property
    def tickets(self) -> RoomTickets:
        return RoomTickets(self.access, ticket_key(self.settings.keys_dir), self.clock)

    @cached_property
    def recorder(self) -> RecorderLink:
        return RecorderLink(self.settings.recorder_socket)

    @cached_property
    def media(self) -> MediaPlane:
        plane = MediaPlane(
            media_settings(self.settings, self.clock),
            self.recorder,
            self.clock,
            epoch_of=self._epoch_of,
            on_connection_state=self._media_changed,
        )
        plane.on_removal = self._media_removed
        plane.ladder.on_view = self._view_changed
        plane.ladder.on_still = self._show_still
        return plane

    def _view_changed(self, visit_id: UUID, viewer_id: UUID) -> None:
        self.rooms.view_changed(visit_id, viewer_id)

    def _show_still(self, visit_id: UUID, viewer_id: UUID, piece: StillPiece) -> None:
        self.rooms.show_still(visit_id, viewer_id, piece)

    def _media_removed(self, visit_id: UUID, participant_id: UUID, reason: str) -> None:
        self.rooms.media_removed(visit_id, participant_id, reason)

    def _media_changed(self, visit_id: UUID, participant_id: UUID, state: ConnectionState) -> None:
        self.rooms.media_changed(visit_id, participant_id, state.value)

    def _open_visits(self) -> list[UUID]:
        """Places ask the rooms, and rooms ask their place: bound late."""
        return self.rooms.open_visits()

    def _load(self) -> int:
        return self.rooms.load()

    async def _epoch_of(self, visit_id: UUID) -> datetime:
        """Rooms know the media plane and the media plane asks for their zero: bound late."""
        return await self.rooms.epoch_of(visit_id)

    @cached_property
    def rooms(self) -> RoomServer:
        return RoomServer(
            database=self.database,
            clock=self.clock,
            record=self.store,
            tickets=self.tickets,
            sessions=self.access,
            media=self.media,
            events=VisitEnded(self.clock, self.invitations),
            origins=self.settings.origins,
            desk=self.desk,
            quality=CallQuality(self.media),
            ladder=self.media.ladder,
            seats=self.settings.seats,
            clinic_phone=self.settings.clinic_phone,
        )

    @cached_property
    def leases(self) -> Leases:
        return Leases(self.settings.required_redis_url)

    @cached_property
    def places(self) -> OneNode | SeveralNodes:
        settings = self.settings
        if not settings.public_url:
            return OneNode()
        return SeveralNodes(
            self.leases,
            self.database,
            settings.node,
            settings.public_url,
            fingerprint(ticket_key(settings.keys_dir)),
            open_rooms=self._open_visits,
            load=self._load,
            most=settings.media_participants,
        )

    @cached_property
    def desk(self) -> TicketDesk:
        ice_servers = partial(ice_servers_for, settings=self.turn)
        return TicketDesk(self.tickets, ice_servers, self.places, self.clock, self.settings.seats)

    @cached_property
    def turn(self) -> TurnSettings:
        return turn_settings(self.settings)

    @cached_property
    def showing(self) -> Showing:
        return Showing(self.database, self.store, self.rooms)

    @cached_property
    def open_lines(self) -> OpenLines:
        return OpenLines(self.database, self.store, self.rooms, self.live_keys)

    @cached_property
    def relay(self) -> OutboxRelay:
        return OutboxRelay(self.database, self.bus)

    @cached_property
    def audit_keys(self) -> AuditKeys:
        return AuditKeys.load_or_create(self.keyring, self.settings.keys_dir)

    @cached_property
    def audit_heads(self) -> HeadFile:
        return HeadFile(self.settings.data_dir / "audit-head.json")

    @cached_property
    def sealer(self) -> Sealer:
        return Sealer(self.database, self.audit_keys, self.audit_heads)

    @cached_property
    def recordings(self) -> MediaHttp:
        return MediaHttp(self.shelf)

    @cached_property
    def line_checks(self) -> LineChecks:
        return LineChecks(media_settings(self.settings, self.clock))

    @cached_property
    def side(self) -> SideProcess:
        return SideProcess("app.side_work")

    @cached_property
    def documents(self) -> DocumentsHttp:
        settings = self.settings
        return DocumentsHttp(
            self.database,
            self.store,
            self.templates,
            self.side,
            clinic=settings.clinic_name,
            zone=settings.zone,
        )

    @cached_property
    def demo(self) -> DemoHttp:
        return DemoHttp(self.store, self.care, self.access, self.settings.origin)

    def routes(self) -> list[BoundRoute]:
        """Every HTTP route of the service; the default-deny test reads this list."""
        faces: list[object] = [
            AccessHttp(self.access),
            SchedulingHttp(self.scheduling, self.settings.time_zone),
            ClinicalStoreHttp(self.store),
            NoteHttp(self.store),
            TranscriptHttp(self.store, draft_later),
            self.documents,
            OrderDraftsHttp(OfferedOrders(self.store)),
            LanguageHttp(self.side),
            TemplatesHttp(self.templates),
            JobsHttp(self.store),
            ClinicSpeechHttp(self.clinic_speech, self.settings.speech_model),
            RoomHttp(self.store, self.desk),
            LineCheckHttp(
                self.database,
                self.store,
                self.line_checks,
                partial(ice_servers_for, settings=self.turn),
                self.clock,
            ),
            GuestHttp(Guests(self.database, self.store, self.access, self.invitations, self.clock)),
            FileHttp(self.store, self.files),
            self.recordings,
            CompositionHttp(self.store, compose_later, clear_later, self.composing.keep),
        ]
        if self.settings.demo:
            faces.append(self.demo)
        return [bound for face in faces for bound in routes_of(face)]

    def web_app(self) -> web.Application:
        app = build_app(
            self.routes(),
            database=self.database,
            clock=self.clock,
            authenticate=self.access.authenticate,
            keyring=self.keyring,
            on_denied=self.access.permission_denied,
            own_origins=self.settings.origins,
            checks={
                "database": self.database.ping,
                "bus": self.bus.ping,
                "schema": partial(at_head, self.database),
                "node": partial(check_taking_work, self.places),
            },
        )
        self.rooms.attach(app)
        add_web(app, Path(self.settings.web_folder))
        return app

    async def close(self) -> None:
        """Let go of databases and bus, whichever were built."""
        for name in ("side", "leases", "open_speech", "bus", "denials", "database"):
            if name in self.__dict__:
                await self.__dict__[name].close()
