"""Patients: the person whose record it is, and the key that opens it."""

from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from clinical_store.chart import Part
from clinical_store.errors import PatientNotFound
from clinical_store.keys import PatientKey
from clinical_store.model import Patient
from clinical_store.rows import PatientRow

_TABLE = "patient"


class Patients(Part):
    """Creating and (for other parts' work) reading patients."""

    async def create_patient(
        self,
        session: AsyncSession,
        *,
        patient_id: UUID,
        account_id: UUID | None,
        name: str,
        date_of_birth: date | None = None,
        sex: str | None = None,
    ) -> Patient:
        """Write a new patient with a key of their own; `account_id` is the login that may open it."""
        key, wrapped = self._charts.cabinet.make(patient_id)
        born = date_of_birth.isoformat() if date_of_birth else None
        row = PatientRow(
            id=patient_id,
            wrapped_key=wrapped,
            name=key.seal_text(name, _TABLE, "name", patient_id),
            date_of_birth=_sealed(key, born, "date_of_birth", patient_id),
            sex=_sealed(key, sex, "sex", patient_id),
            created_at=self._clock.now(),
        )
        session.add(row)
        await session.flush()
        if account_id is not None:
            await self._charts.care.link_own_record(session, account_id, patient_id)
        return patient_of(row, key)

    async def patient(self, session: AsyncSession, patient_id: UUID) -> Patient:
        """System use (drafting, seeding). Raises PatientNotFound."""
        row = await session.get(PatientRow, patient_id)
        if row is None:
            raise PatientNotFound
        return patient_of(row, self._charts.cabinet.unwrap(row.id, row.wrapped_key))

    async def media_key(self, session: AsyncSession, patient_id: UUID) -> bytes:
        """System use: the 32-byte key of the patient's recordings. Raises PatientNotFound."""
        return (await self._charts.key_of(session, patient_id)).media_key()


def patient_of(row: PatientRow, key: PatientKey) -> Patient:
    born = key.open_text(row.date_of_birth, _TABLE, "date_of_birth", row.id)
    return Patient(
        id=row.id,
        name=name_of(row, key),
        date_of_birth=date.fromisoformat(born) if born else None,
        sex=key.open_text(row.sex, _TABLE, "sex", row.id),
    )


def name_of(row: PatientRow, key: PatientKey) -> str:
    return key.open_text(row.name, _TABLE, "name", row.id)


def _sealed(key: PatientKey, text: str | None, column: str, patient_id: UUID) -> bytes | None:
    return None if text is None else key.seal_text(text, _TABLE, column, patient_id)
