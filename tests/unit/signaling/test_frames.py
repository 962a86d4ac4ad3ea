import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.frames import (
    MAX_DEPTH,
    MAX_FRAME_CHARACTERS,
    BadMessage,
    acceptable,
    decode,
    depth_of,
    may_set_consent,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=12,
)


@pytest.mark.parametrize("frame", ["1", "3", "40/room,{}", "41/room,", '42/room,["x"]', "43/room,1[]"])
def test_what_a_client_may_send(frame: str) -> None:
    assert acceptable(frame)


@pytest.mark.parametrize(
    "frame", ["", "0", "2", "2probe", "5", "6", "9", "x", "b4AA", "4", "44", "45", "46", "³"]
)
def test_what_no_client_sends(frame: str) -> None:
    assert not acceptable(frame)


def test_a_frame_has_a_length_limit() -> None:
    assert acceptable("42" + "x" * (MAX_FRAME_CHARACTERS - 2))
    assert not acceptable("42" + "x" * (MAX_FRAME_CHARACTERS - 1))


def test_an_event_with_and_without_a_wish_for_an_answer() -> None:
    asked = decode('2/room,17["chat.send",{"text":"[{"}]')
    assert (asked.kind, asked.id, asked.data) == (2, 17, ["chat.send", {"text": "[{"}])
    assert decode('2/room,["room.leave"]').id is None


def test_a_disconnect_needs_no_body() -> None:
    assert decode("1/room").kind == decode("1/room,").kind == 1


@pytest.mark.parametrize(
    "message",
    [
        None,
        b"2/room,[]",
        "",
        "2",
        "2/room",
        "2/room,",
        "2/room,null",
        '2/room,"text"',
        "2/room,{}",
        "2/room,[]",
        "2/room,[1]",
        '2/room,[""]',
        '2/room,["' + "e" * 65 + '"]',
        '2/room,["a",1,2]',
        '2/room,["connect",{}]',
        '2/room,["connect_error",{}]',
        '2/room,["disconnect"]',
        '2/room,["a",NaN]',
        '2/room,["a",-Infinity]',
        '2/room,["a",' + "9" * 21 + "]",
        '2/room,["a",' + "[" * 60_000,
        '2/room,"["' + "[" * 60_000,
        '2/room,9999999999999999["a"]',
        '2/roomy,["a"]',
        '2/,["a"]',
        '2["a"]',
        "3/room,1[]",
        "0/room,[]",
        "4/room,{}",
        '51-/room,["a"]',
    ],
)
def test_everything_else_is_one_error(message: object) -> None:
    with pytest.raises(BadMessage):
        decode(message)


@given(st.text())
def test_decoding_is_total(text: str) -> None:
    for message in (text, "2/room," + text, "0/room," + text, '2/room,1["e",' + text + "]"):
        try:
            decode(message)
        except BadMessage:
            continue


@given(JSON)
def test_depth_is_never_underestimated(value: object) -> None:
    """Counted exactly once there are more brackets than could be too deep."""
    for _ in range(MAX_DEPTH + 1):
        value = [value]
    assert depth_of(json.dumps(value)) == nesting(value)


def test_a_shallow_text_full_of_brackets_is_shallow() -> None:
    assert depth_of(json.dumps({"sdp": "[{" * 500 + '\\"[' * 50})) == 1


def test_the_limit_is_generous() -> None:
    assert decode('2/room,["e",' + "[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1) + "]").kind == 2


@pytest.mark.parametrize(
    ("frame", "worth"),
    [
        ('42/room,1["consent.set",{}]', True),
        ('42/room,1["\\u0063onsent.set",{}]', True),
        ('42/room,1["media.state",{}]', False),
        ('40/room,{"ticket":"consent.set"}', False),
        ("3", False),
    ],
)
def test_which_frames_are_looked_into_when_they_arrive(frame: str, worth: bool) -> None:
    assert may_set_consent(frame) is worth


def nesting(value: object) -> int:
    if isinstance(value, list):
        return 1 + max((nesting(one) for one in value), default=0)
    if isinstance(value, dict):
        return 1 + max((nesting(one) for one in value.values()), default=0)
    return 0
