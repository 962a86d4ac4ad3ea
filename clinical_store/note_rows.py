"""The note's rows, sealed and opened. Each content is bound to its visit and its version or revision."""

from datetime import datetime

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from clinical_store.chart import Chart
from clinical_store.note import Addendum, Countersignature, Draft, NoteVersion, Signature
from clinical_store.rows import AddendumRow, CountersignatureRow, DraftRow, NoteVersionRow, SignatureRow

_DRAFT, _VERSION, _SIGNATURE, _ADDENDUM = "draft", "encounter_note_version", "signature", "addendum"
_COUNTERSIGNATURE = "countersignature"


async def draft_in(session: AsyncSession, chart: Chart) -> Draft:
    """The machine's draft; revision 0 when there is none."""
    row = await session.get(DraftRow, chart.visit.id, populate_existing=True)
    if row is None:
        return Draft()
    opened = chart.key.open(row.content, _DRAFT, "content", f"{row.visit_id}/{row.revision}")
    return Draft.model_validate_json(opened)


async def put_draft(session: AsyncSession, chart: Chart, draft: Draft, now: datetime) -> None:
    values = {
        "revision": draft.revision,
        "content": _sealed(chart, draft, _DRAFT, draft.revision),
        "updated_at": now,
    }
    first = insert(DraftRow).values(visit_id=chart.visit.id, **values)
    await session.execute(first.on_conflict_do_update(index_elements=["visit_id"], set_=values))


async def version_in(session: AsyncSession, chart: Chart, version: int | None = None) -> NoteVersion | None:
    """The newest saved version, or the one asked for; None when there is none."""
    rows = select(NoteVersionRow).where(NoteVersionRow.visit_id == chart.visit.id)
    if version is not None:
        rows = rows.where(NoteVersionRow.version == version)
    newest = rows.order_by(NoteVersionRow.version.desc()).limit(1)
    row = (await session.scalars(newest)).one_or_none()
    return _opened(chart, row) if row else None


async def versions_in(session: AsyncSession, chart: Chart) -> list[NoteVersion]:
    rows = select(NoteVersionRow).where(NoteVersionRow.visit_id == chart.visit.id)
    return [_opened(chart, row) for row in await session.scalars(rows.order_by(NoteVersionRow.version))]


def add_row_of_version(session: AsyncSession, chart: Chart, version: NoteVersion) -> None:
    row = NoteVersionRow(
        visit_id=chart.visit.id,
        version=version.version,
        author_id=version.author_id,
        saved_at=version.saved_at,
        content=_sealed(chart, version, _VERSION, version.version),
    )
    session.add(row)


async def signature_in(session: AsyncSession, chart: Chart) -> tuple[Signature | None, bytes | None]:
    """The signature and its seal; one of before seals were made has none."""
    row = await session.get(SignatureRow, chart.visit.id)
    if row is None:
        return None, None
    signature = Signature(
        version=row.version,
        signer_id=row.signer_id,
        signer_name=chart.key.open_text(row.signer_name, _SIGNATURE, "signer_name", row.visit_id),
        signed_at=row.signed_at,
        sha256=row.sha256,
        unreviewed=row.unreviewed,
        supervised=row.supervised,
    )
    return signature, row.seal


def add_row_of_signature(session: AsyncSession, chart: Chart, signature: Signature, seal: bytes) -> None:
    visit_id = chart.visit.id
    name = chart.key.seal_text(signature.signer_name, _SIGNATURE, "signer_name", visit_id)
    fields = signature.model_dump(exclude={"signer_name"})
    session.add(SignatureRow(visit_id=visit_id, signer_name=name, seal=seal, **fields))


async def countersignature_in(
    session: AsyncSession, chart: Chart
) -> tuple[Countersignature | None, bytes | None]:
    """The countersignature and its seal."""
    row = await session.get(CountersignatureRow, chart.visit.id)
    if row is None:
        return None, None
    countersignature = Countersignature(
        signer_id=row.signer_id,
        signer_name=chart.key.open_text(row.signer_name, _COUNTERSIGNATURE, "signer_name", row.visit_id),
        signed_at=row.signed_at,
        sha256=row.sha256,
    )
    return countersignature, row.seal


def add_row_of_countersignature(
    session: AsyncSession, chart: Chart, countersignature: Countersignature, seal: bytes
) -> None:
    visit_id = chart.visit.id
    name = chart.key.seal_text(countersignature.signer_name, _COUNTERSIGNATURE, "signer_name", visit_id)
    fields = countersignature.model_dump(exclude={"signer_name"})
    session.add(CountersignatureRow(visit_id=visit_id, signer_name=name, seal=seal, **fields))


async def addenda_in(session: AsyncSession, chart: Chart) -> list[tuple[Addendum, bytes | None]]:
    """Every addendum with its seal, in the order in which they were added."""
    rows = select(AddendumRow).where(AddendumRow.visit_id == chart.visit.id)
    return [
        (_addendum(chart, row), row.seal) for row in await session.scalars(rows.order_by(AddendumRow.number))
    ]


def _addendum(chart: Chart, row: AddendumRow) -> Addendum:
    return Addendum(
        id=row.id,
        author_id=row.author_id,
        author_name=chart.key.open_text(row.author_name, _ADDENDUM, "author_name", row.id),
        added_at=row.added_at,
        text=chart.key.open_text(row.text, _ADDENDUM, "text", row.id),
    )


def add_row_of_addendum(
    session: AsyncSession, chart: Chart, addendum: Addendum, number: int, seal: bytes
) -> None:
    row = AddendumRow(
        id=addendum.id,
        visit_id=chart.visit.id,
        number=number,
        author_id=addendum.author_id,
        author_name=chart.key.seal_text(addendum.author_name, _ADDENDUM, "author_name", addendum.id),
        added_at=addendum.added_at,
        text=chart.key.seal_text(addendum.text, _ADDENDUM, "text", addendum.id),
        seal=seal,
    )
    session.add(row)


def _sealed(chart: Chart, content: BaseModel, table: str, number: int) -> bytes:
    place = f"{chart.visit.id}/{number}"
    return chart.key.seal(content.model_dump_json().encode(), table, "content", place)


def _opened(chart: Chart, row: NoteVersionRow) -> NoteVersion:
    opened = chart.key.open(row.content, _VERSION, "content", f"{row.visit_id}/{row.version}")
    return NoteVersion.model_validate_json(opened)
