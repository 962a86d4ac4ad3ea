"""`consultroom account`: accounts of a real clinic (for a patient, with the record that is theirs), and who supervises
whom.
"""

from __future__ import annotations

import argparse
import getpass
import sys
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from access import Account, Role
from app.settings import Settings
from app.wiring import Clinic
from core.errors import InvalidInput
from core.ids import new_id


async def run(*, options: argparse.Namespace) -> int:
    """Asks for the password on the terminal, or takes the first line of standard input."""
    role, born = _role(options.role), _date(options.date_of_birth)
    password = getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    clinic = Clinic(Settings())
    try:
        async with clinic.database.transaction() as session:
            account = await clinic.access.create_account(session, options.email, password, role, options.name)
            if role is Role.PATIENT:
                await clinic.store.create_patient(
                    session,
                    patient_id=new_id(),
                    account_id=account.id,
                    name=options.name,
                    date_of_birth=born,
                    sex=options.sex or None,
                )
    finally:
        await clinic.close()
    print(f"Account {account.id} added.")
    return 0


async def supervise(*, email: str, by: str | None) -> int:
    """`by`: the supervising doctor's e-mail; None: nobody supervises this doctor any more."""
    clinic = Clinic(Settings())
    try:
        async with clinic.database.transaction() as session:
            doctor = await _account(clinic, session, email)
            supervisor = await _account(clinic, session, by) if by else None
            await clinic.access.supervise(session, doctor.id, supervisor.id if supervisor else None)
    finally:
        await clinic.close()
    print(
        "Notes signed from now on wait for a countersignature."
        if by
        else "One signature is enough from now on."
    )
    return 0


async def _account(clinic: Clinic, session: AsyncSession, email: str) -> Account:
    account = await clinic.access.account_with_email(session, email)
    if account is None:
        raise InvalidInput("There is no account with one of these addresses.")
    return account


def _role(name: str) -> Role:
    roles = [role for role in Role if role is not Role.GUEST]  # a guest is invited into a visit
    if name not in roles:
        raise InvalidInput(f"The roles are: {', '.join(roles)}.")
    return Role(name)


def _date(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise InvalidInput("A date of birth is written YYYY-MM-DD.") from None
