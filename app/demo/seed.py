"""Fill an empty demo clinic: accounts, records, a published calendar. Running it again adds only what is missing."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from ipaddress import ip_address
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from access import Account, Actor, Role
from app.demo.people import DOCTOR, PASSWORD, PEOPLE, Person
from app.settings import Settings
from app.wiring import Clinic
from core.errors import Conflict
from core.ids import new_id
from scheduling import Availability, Weekday

DAYS = 14
OPENS, CLOSES = time(8), time(20)
SLOT_MINUTES = 20


class NotADemo(Conflict):
    code = "not_a_demo_database"
    title = "This database holds a clinic that is no demo"
    next_step = "Start without --demo, or give the demo an empty database of its own."


class IsADemo(Conflict):
    code = "demo_database"
    title = "This database holds a demo clinic, whose passwords everybody knows"
    next_step = "Start with --demo, or use another database for the real clinic."


class DemoOpenToOthers(Conflict):
    code = "demo_open_to_others"
    title = "A demo clinic would be reachable from other machines"
    next_step = "Remove CONSULTROOM_HOST, or start without --demo."


async def refuse_mixing(settings: Settings) -> None:
    """Demo accounts have a public password: never beside real people, never reachable from outside.

    Raises NotADemo, IsADemo, DemoOpenToOthers.
    """
    if settings.demo and not _is_loopback(settings.host):
        raise DemoOpenToOthers
    clinic = Clinic(settings)
    try:
        async with clinic.database.transaction() as session:
            accounts = await clinic.access.count_accounts(session)
            seeded = await clinic.access.account_with_email(session, DOCTOR.email) is not None
    finally:
        await clinic.close()
    if settings.demo and accounts and not seeded:
        raise NotADemo
    if seeded and not settings.demo:
        raise IsADemo


def _is_loopback(host: str) -> bool:
    return host == "localhost" or ip_address(host).is_loopback


async def seed(settings: Settings) -> None:
    """One transaction: a demo clinic is whole or not there."""
    clinic = Clinic(settings)
    try:
        async with clinic.database.transaction() as session:
            accounts = {person: await _account(clinic, session, person) for person in PEOPLE}
            await _publish(clinic, session, accounts[DOCTOR])
    finally:
        await clinic.close()


async def _account(clinic: Clinic, session: AsyncSession, person: Person) -> Account:
    known = await clinic.access.account_with_email(session, person.email)
    if known:
        return known
    account = await clinic.access.create_account(session, person.email, PASSWORD, person.role, person.name)
    if person.role is Role.PATIENT:
        await _record(clinic, session, person, account.id)
    return account


async def _record(clinic: Clinic, session: AsyncSession, person: Person, account_id: UUID) -> None:
    await clinic.store.create_patient(
        session,
        patient_id=new_id(),
        account_id=account_id,
        name=person.name,
        date_of_birth=person.date_of_birth,
        sex=person.sex,
    )


async def _publish(clinic: Clinic, session: AsyncSession, doctor: Account) -> None:
    """Two weeks from today; slots that are there already are skipped by scheduling."""
    today = datetime.now(clinic.settings.zone).date()
    availability = Availability(
        doctor_id=doctor.id,
        from_date=today,
        to_date=today + timedelta(days=DAYS),
        weekdays=frozenset(Weekday),
        start=OPENS,
        end=CLOSES,
        slot_minutes=SLOT_MINUTES,
        time_zone=clinic.settings.time_zone,
    )
    await clinic.scheduling.publish(session, Actor.of(doctor, UUID(int=0)), availability)
