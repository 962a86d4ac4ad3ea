"""`consultroom audit verify`: recompute the chain; name the first row that does not fit."""

from __future__ import annotations

from datetime import timedelta

from app.settings import Settings
from app.wiring import Clinic
from audit.verifier import verify

LONGEST = timedelta(minutes=30)


async def run() -> int:
    """Exit status 0 when the whole chain holds, 1 with the first bad row."""
    clinic = Clinic(Settings())
    try:
        async with clinic.database.transaction(statement_timeout=LONGEST) as session:
            found = await verify(session, clinic.audit_keys, clinic.audit_heads)
    finally:
        await clinic.close()
    print(f"{found.sealed} rows sealed, {found.unsealed} not yet sealed.")
    if found.intact:
        print("The chain holds.")
        return 0
    print(f"First bad row: {found.first_bad}")
    return 1
