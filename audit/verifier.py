"""Reading the whole chain again: names the first row that was changed, removed, moved or cut off."""

from collections.abc import AsyncIterator, Sequence

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from audit.archive import HeadArchive
from audit.keys import AuditKeys
from audit.model import BadRow, Seal, SignedHead, Verification, check
from audit.store import AuditEventRow, AuditHeadRow, AuditSealRow, holds, seal_of, stored

_PAGE = 1000
Page = Sequence[Row[AuditSealRow, AuditEventRow, AuditHeadRow]]


async def verify(session: AsyncSession, keys: AuditKeys, archive: HeadArchive) -> Verification:
    """Check every seal, every signed head and the archived head, oldest first.

    Memory stays flat: rows are read a thousand at a time. Rows of the last second may not be sealed yet; they
    are counted in `unsealed`, and a number that stays above zero means that no sealer runs.
    """
    sealed = await session.scalar(select(func.count()).select_from(AuditSealRow)) or 0
    return Verification(sealed, await _unsealed(session), await _first_bad(session, keys, archive))


async def _first_bad(session: AsyncSession, keys: AuditKeys, archive: HeadArchive) -> BadRow | None:
    last: Seal | None = None
    async for page in _pages(session):
        for seal, event, head in page:
            current = seal_of(seal)
            bad = check(keys.chain, last, current, stored(event) if event else None)
            bad = bad or (_check_head(keys, current, head) if head else None)
            if bad is not None:
                return bad
            last = current
    return await _check_tail(session, keys, archive, last.position if last else 0)


async def _pages(
    session: AsyncSession,
) -> AsyncIterator[Page]:
    query = (
        select(AuditSealRow, AuditEventRow, AuditHeadRow)
        .outerjoin(AuditEventRow, AuditEventRow.id == AuditSealRow.event_id)
        .outerjoin(AuditHeadRow, AuditHeadRow.position == AuditSealRow.position)
        .order_by(AuditSealRow.position)
        .limit(_PAGE)
        .execution_options(populate_existing=True)
    )
    after = -1  # below every position, so that a row moved to 0 is seen too
    while page := (await session.execute(query.where(AuditSealRow.position > after))).all():
        after = page[-1][0].position
        yield page


def _check_head(keys: AuditKeys, seal: Seal, row: AuditHeadRow) -> BadRow | None:
    if not keys.signed(SignedHead(row.position, row.hash, row.signature)):
        return BadRow(seal.position, seal.event_id, "head_forged")
    if row.hash != seal.hash:
        return BadRow(seal.position, seal.event_id, "head_mismatch")
    return None


async def _check_tail(
    session: AsyncSession, keys: AuditKeys, archive: HeadArchive, last: int
) -> BadRow | None:
    """The chain must end at its newest signed head, and hold the archived one."""
    newest = await session.scalar(select(func.max(AuditHeadRow.position))) or 0
    kept = archive.read()
    if max(newest, kept.position if kept else 0) > last or newest < last:
        return BadRow(last + 1, None, "tail_missing")
    if kept is not None and not (keys.signed(kept) and await holds(session, kept)):
        return BadRow(kept.position, None, "head_mismatch")
    return None


async def _unsealed(session: AsyncSession) -> int:
    sealed = select(AuditSealRow.event_id).where(AuditSealRow.event_id == AuditEventRow.id).exists()
    return await session.scalar(select(func.count()).select_from(AuditEventRow).where(~sealed)) or 0
