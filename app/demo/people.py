"""Who is in the demo clinic. The password is public by design: a demo holds no real person's data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from access import Role

PASSWORD = "consultroom demo"  # noqa: S105 - printed at start, only with --demo


@dataclass(frozen=True, slots=True)
class Person:
    """One demo account; a patient also has a record."""

    email: str
    role: Role
    name: str
    shown: bool = True
    date_of_birth: date | None = None
    sex: str = ""


DOCTOR = Person("doctor@demo.clinic", Role.DOCTOR, "Dr. Amara Osei")
PATIENT = Person(
    "patient@demo.clinic", Role.PATIENT, "Maria Keller", date_of_birth=date(1984, 5, 17), sex="female"
)
# The two who hold the demo consult by themselves while a newcomer watches as the doctor.
SIMULATED_DOCTOR = Person(
    "simulated-doctor@demo.clinic", Role.DOCTOR, "Dr. Sam Okafor (simulated)", shown=False
)
SIMULATED_PATIENT = Person(
    "simulated-patient@demo.clinic",
    Role.PATIENT,
    "Robin Patel (simulated)",
    shown=False,
    date_of_birth=date(1979, 11, 2),
    sex="male",
)

PEOPLE: tuple[Person, ...] = (
    DOCTOR,
    PATIENT,
    Person("nurse@demo.clinic", Role.NURSE, "Jonas Lindqvist"),
    Person("scheduler@demo.clinic", Role.SCHEDULER, "Priya Nair"),
    Person("pharmacist@demo.clinic", Role.PHARMACIST, "Helen Brandt"),
    Person("lab@demo.clinic", Role.LAB_TECHNICIAN, "Tomás Rivera"),
    Person("admin@demo.clinic", Role.ADMINISTRATOR, "Grace Muller"),
    SIMULATED_DOCTOR,
    SIMULATED_PATIENT,
)
SHOWN: tuple[Person, ...] = tuple(person for person in PEOPLE if person.shown)
