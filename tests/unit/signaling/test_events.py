import pytest
from pydantic import ValidationError

from access import ROLE_PERMISSIONS, Permission, Role
from signaling import EVENTS
from signaling.adaptation import Adaptation
from signaling.events import Admission, ChatText, DeviceCheck, MediaState, Offer
from signaling.phone import PhoneDesk
from signaling.server import more_use_cases
from signaling.service import Rooms
from signaling.socket import _use_cases


def test_every_event_has_a_permission_and_a_strict_form() -> None:
    for name, rule in EVENTS.items():
        assert isinstance(rule.permission, Permission), name
        assert rule.payload.model_config["extra"] == "forbid", name
        assert rule.payload.model_config["strict"] is True, name
        assert rule.cost >= 1, name


def test_every_event_has_one_use_case() -> None:
    rooms = Rooms.__new__(Rooms)
    more = more_use_cases(Adaptation.__new__(Adaptation), PhoneDesk.__new__(PhoneDesk))
    assert [*sorted(_use_cases(rooms)), *more] == [*sorted(set(EVENTS) - set(more)), *more]


def test_a_patient_neither_admits_nor_ends() -> None:
    may = {name for name, rule in EVENTS.items() if rule.permission in ROLE_PERMISSIONS[Role.PATIENT]}
    assert set(EVENTS) - may == {"lobby.admit", "room.end", "visit.phone_end"}


@pytest.mark.parametrize(
    "role", [Role.NURSE, Role.SCHEDULER, Role.PHARMACIST, Role.LAB_TECHNICIAN, Role.ADMINISTRATOR]
)
def test_who_has_no_business_in_a_room_can_do_nothing_there(role: Role) -> None:
    assert not {name for name, rule in EVENTS.items() if rule.permission in ROLE_PERMISSIONS[role]}


def test_payloads_are_read_as_they_are() -> None:
    assert MediaState.model_validate({"microphone": False, "camera": True}).camera
    assert Admission.model_validate({"participant_id": "018f0000-0000-7000-8000-000000000001"})
    for model, payload in (
        (MediaState, {"microphone": 0, "camera": True}),
        (DeviceCheck, {"camera": True, "microphone": True}),
        (ChatText, {"text": "\t "}),
        (ChatText, {"text": "a\x00"}),
        (Offer, {"sdp": "v=0\x00"}),
        (Admission, {"participant_id": 7}),
    ):
        with pytest.raises(ValidationError):
            model.model_validate(payload)
