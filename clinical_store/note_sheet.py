"""Everything that makes up a visit's note, read at once and proved unchanged."""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

import audit
from access import Permission
from clinical_store.chart import Chart
from clinical_store.errors import NoteChanged, NoteNotSigned, NoteSigned, RecordUnreadable, SummaryNotReady
from clinical_store.note import Addendum, Countersignature, Draft, NoteState, NoteVersion, Signature
from clinical_store.note_rows import addenda_in, countersignature_in, draft_in, signature_in, version_in
from clinical_store.note_seal import digest, seal_of, seals_of

_ACTS = (Permission.NOTE_SIGN, Permission.NOTE_COUNTERSIGN, Permission.NOTE_ADDEND)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The machine's draft, the newest saved version, and what was signed and added."""

    draft: Draft = Draft()  # noqa: RUF009 - a frozen value
    saved: NoteVersion | None = None
    signature: Signature | None = None
    countersignature: Countersignature | None = None
    addenda: tuple[Addendum, ...] = ()

    @property
    def version(self) -> int:
        """Of the newest save; 0: nobody saved yet."""
        return self.saved.version if self.saved else 0

    @property
    def status(self) -> NoteState:
        """How far the note is signed."""
        if self.signature is None:
            return "draft"
        if not self.signature.supervised:
            return "signed"
        return "countersigned" if self.countersignature else "awaiting_countersignature"

    @property
    def is_complete(self) -> bool:
        """Signed by everybody who has to: the patient may read it."""
        return self.status in ("signed", "countersigned")

    def must_be_open(self) -> None:
        """Raises NoteSigned."""
        if self.signature:
            raise NoteSigned

    def must_be(self, version: int) -> None:
        """Raises NoteChanged."""
        if version != self.version:
            raise NoteChanged(current_version=self.version)

    def signed(self) -> Signature:
        """Raises NoteNotSigned."""
        if self.signature is None:
            raise NoteNotSigned
        return self.signature


async def sheet_of(session: AsyncSession, chart: Chart, act: Permission | None = None) -> Sheet:
    """The note as it lies in the record. Raises RecordUnreadable when a part of it was changed or taken out.

    `act`: what is being done in this transaction, audited already and not written yet.
    """
    done = await audit.times_allowed(session, chart.visit.id, _ACTS)
    signature, seal = await signature_in(session, chart)
    added = await addenda_in(session, chart)
    countersignature, second = await countersignature_in(session, chart)
    sheet = Sheet(
        draft=await draft_in(session, chart),
        saved=await version_in(session, chart),
        signature=signature,
        countersignature=countersignature,
        addenda=tuple(addendum for addendum, _ in added),
    )
    _must_be_whole(sheet, done, act)
    if signature:
        _must_fit(chart, sheet, signature, seal)
        _must_follow(chart, signature, added)
    if signature and countersignature:
        must = seal_of(chart.key.record_key(), chart.visit.id, signature.sha256, countersignature)
        _must_equal(second, must)
    return sheet


async def signed_sheet(session: AsyncSession, chart: Chart) -> tuple[Sheet, NoteVersion, Signature]:
    """What was signed by everybody who has to, proved unchanged. Raises SummaryNotReady, RecordUnreadable."""
    sheet = await sheet_of(session, chart)
    if sheet.saved is None or sheet.signature is None or not sheet.is_complete:
        raise SummaryNotReady
    return sheet, sheet.saved, sheet.signature


def _must_be_whole(sheet: Sheet, done: Mapping[str, int], act: Permission | None) -> None:
    """What the audit trail knows of must be there: a seal over what came before does not see that the end is gone.

    `done` was counted first: what somebody else commits meanwhile is then there and not counted, never the reverse.
    """
    there = (int(sheet.signature is not None), int(sheet.countersignature is not None), len(sheet.addenda))
    for permission, count in zip(_ACTS, there, strict=True):
        if done.get(permission, 0) > count + (permission is act):
            raise RecordUnreadable


def _must_fit(chart: Chart, sheet: Sheet, signature: Signature, seal: bytes | None) -> None:
    saved = sheet.saved
    if saved is None or saved.version != signature.version:
        raise RecordUnreadable
    _must_equal(signature.sha256, digest(chart.visit.id, saved))
    if seal is not None:  # signatures of before have none
        _must_equal(seal, seal_of(chart.key.record_key(), chart.visit.id, signature.sha256, signature))
    if sheet.countersignature:
        _must_equal(sheet.countersignature.sha256, signature.sha256)


def _must_follow(chart: Chart, signature: Signature, added: Sequence[tuple[Addendum, bytes | None]]) -> None:
    """Addenda of before have no seal of their own; the first sealed one covers them."""
    addenda = [addendum for addendum, _ in added]
    chain = seals_of(chart.key.record_key(), chart.visit.id, signature, addenda)
    sealed = False
    for (_, seal), must in zip(added, chain, strict=True):
        if seal is None and sealed:
            raise RecordUnreadable
        if seal is not None:
            sealed = True
            _must_equal(seal, must)


def _must_equal(seal: bytes | None, must: bytes) -> None:
    if seal is None or not hmac.compare_digest(seal, must):
        raise RecordUnreadable
