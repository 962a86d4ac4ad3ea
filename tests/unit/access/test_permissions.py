"""Who may do what: the sentences of the design, and the page in docs/ that shows them all."""

import re
from pathlib import Path

import pytest

from access import ROLE_PERMISSIONS, Permission, Role
from tools.access_matrix import matrix

CLINICAL = {
    Permission.VISIT_READ,
    Permission.TRANSCRIPT_READ,
    Permission.RECORDING_READ,
    Permission.NOTE_READ,
    Permission.NOTE_WRITE,
    Permission.NOTE_SIGN,
    Permission.NOTE_ADDEND,
    Permission.SUMMARY_READ,
    Permission.FILE_READ,
}
ROOM = {permission for permission in Permission if permission.startswith("room:")}


def test_every_role_has_its_line_and_every_permission_a_holder() -> None:
    assert set(ROLE_PERMISSIONS) == set(Role)
    assert frozenset[Permission]().union(*ROLE_PERMISSIONS.values()) == set(Permission)


@pytest.mark.parametrize("permission", Permission)
def test_a_permission_is_scope_resource_action(permission: Permission) -> None:
    assert re.fullmatch(r"[a-z]+:[a-z]+:[a-z]+", permission)


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.DOCTOR, Role.PATIENT, Role.GUEST}))
def test_only_doctor_and_patient_reach_a_record_or_a_room(role: Role) -> None:
    assert not ROLE_PERMISSIONS[role] & (CLINICAL | ROOM)


def test_a_guest_sits_in_a_room_and_reaches_nothing_else() -> None:
    guest = ROLE_PERMISSIONS[Role.GUEST]
    assert not [p for p in guest if p.startswith(("record:", "scheduling:", "demo:", "audit:"))]
    assert ROOM - guest == {
        Permission.PARTICIPANT_ADMIT,
        Permission.VISIT_END,
        Permission.GUEST_INVITE,
        Permission.FILE_SEND,
        Permission.SCREEN_SHARE,
        Permission.PHONE_BEGIN,
        Permission.PHONE_END,
    }


def test_a_patient_neither_reads_the_working_note_nor_runs_the_room() -> None:
    patient = ROLE_PERMISSIONS[Role.PATIENT]
    assert patient & CLINICAL == {
        Permission.VISIT_READ,
        Permission.TRANSCRIPT_READ,
        Permission.SUMMARY_READ,
        Permission.FILE_READ,
    }
    assert ROOM - patient == {Permission.PARTICIPANT_ADMIT, Permission.VISIT_END, Permission.PHONE_END}
    assert Permission.SLOT_PUBLISH not in patient


def test_a_scheduler_sees_who_comes_when_and_nothing_clinical() -> None:
    records = {
        permission for permission in ROLE_PERMISSIONS[Role.SCHEDULER] if permission.startswith("record:")
    }
    assert records == {Permission.VISIT_LIST}


def test_an_administrator_sees_no_visit() -> None:
    assert not {p for p in ROLE_PERMISSIONS[Role.ADMINISTRATOR] if p.startswith("record:")}


def test_nobody_can_add_a_permission_at_run_time() -> None:
    with pytest.raises(TypeError):
        ROLE_PERMISSIONS[Role.NURSE] = frozenset(Permission)  # type: ignore[index]  # what must fail


def test_the_page_in_docs_is_the_matrix_in_the_code() -> None:
    page = Path(__file__).parents[3] / "docs" / "access-matrix.md"
    assert page.read_text() == matrix(), "run: python -m tools.access_matrix"
