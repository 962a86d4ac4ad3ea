"""Which of the codecs an m-line offers the room uses: Opus, VP8, and H.264 as every browser has it (RFC 7742
section 5: constrained baseline, packetization mode 1). Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from media.errors import MalformedOffer
from media.model import Codec, Kind

_NAMES: dict[str, Codec] = {"opus/48000/2": "opus", "vp8/90000": "vp8", "h264/90000": "h264"}
_RTPMAP: dict[Codec, str] = {"opus": "opus/48000/2", "vp8": "VP8/90000", "h264": "H264/90000"}
_WANTED: dict[Kind, tuple[Codec, ...]] = {"audio": ("opus",), "video": ("vp8", "h264")}
_FEEDBACK: dict[Kind, tuple[str, ...]] = {"audio": ("nack",), "video": ("nack", "nack pli", "goog-remb")}
_PROFILE = re.compile(r"42(?:e0|00)[0-9a-f]{2}\Z")
_LINE = re.compile(r"(\d{1,3}) (.+)\Z")


@dataclass(frozen=True, slots=True)
class OfferedCodec:
    """One codec with its numbers in this m-line. `profile`: H.264's profile-level-id."""

    codec: Codec
    payload_type: int
    rtx: int | None
    feedback: tuple[str, ...]
    profile: str = ""

    @property
    def payload_types(self) -> list[int]:
        return [self.payload_type] if self.rtx is None else [self.payload_type, self.rtx]

    def lines(self) -> list[str]:
        """SDP attributes, in our own words."""
        number = self.payload_type
        lines = [f"a=rtpmap:{number} {_RTPMAP[self.codec]}"]
        lines += [f"a=rtcp-fb:{number} {feedback}" for feedback in self.feedback]
        if self.codec == "h264":
            fixed = "level-asymmetry-allowed=1;packetization-mode=1"
            lines.append(f"a=fmtp:{number} {fixed};profile-level-id={self.profile}")
        if self.rtx is not None:
            lines += [f"a=rtpmap:{self.rtx} rtx/90000", f"a=fmtp:{self.rtx} apt={number}"]
        return lines


def read_codecs(kind: Kind, formats: Sequence[int], attributes: Sequence[str]) -> list[OfferedCodec]:
    """One of each codec the room uses, in our order of preference. `formats`: the m-line's payload types;
    `attributes`: its lines without "a=". MalformedOffer when there is none."""
    names = _numbered(attributes, "rtpmap:", formats)
    parameters = _numbered(attributes, "fmtp:", formats)
    found = []
    for wanted in _WANTED[kind]:
        numbers = [n for n, name in names.items() if _NAMES.get(name) == wanted]
        if wanted == "h264":
            numbers = _h264_numbers(numbers, parameters)
        if numbers:
            found.append(_codec(kind, wanted, numbers[0], names, parameters, attributes))
    if not found:
        raise MalformedOffer(f"The {kind} m-line offers none of {', '.join(_WANTED[kind])}.")
    return found


def _codec(
    kind: Kind,
    codec: Codec,
    number: int,
    names: dict[int, str],
    parameters: dict[int, str],
    attributes: Sequence[str],
) -> OfferedCodec:
    repairs = [n for n, name in names.items() if name == "rtx/90000" and parameters.get(n) == f"apt={number}"]
    feedback = tuple(
        f for f in _FEEDBACK[kind] if {f"rtcp-fb:{number} {f}", f"rtcp-fb:* {f}"} & set(attributes)
    )
    profile = _profile(parameters.get(number, "")) if codec == "h264" else ""
    return OfferedCodec(codec, number, repairs[0] if repairs else None, feedback, profile)


def _numbered(attributes: Sequence[str], name: str, formats: Sequence[int]) -> dict[int, str]:
    """{dynamic payload type of this m-line: value in lower case}."""
    values: dict[int, str] = {}
    for line in attributes:
        if line.startswith(name) and (match := _LINE.match(line[len(name) :])):
            number = int(match.group(1))
            if number in formats and 96 <= number <= 127:
                values.setdefault(number, match.group(2).lower())
    return values


def _profile(parameters: str) -> str:
    """The profile-level-id when this is the H.264 the room forwards, else nothing."""
    said = dict(item.strip().split("=", 1) for item in parameters.split(";") if "=" in item)
    profile = said.get("profile-level-id", "42e01f")
    return profile if said.get("packetization-mode") == "1" and _PROFILE.match(profile) else ""


def _h264_numbers(numbers: list[int], parameters: dict[int, str]) -> list[int]:
    """Those we forward, constrained baseline first."""
    usable = [number for number in numbers if _profile(parameters.get(number, ""))]
    return sorted(usable, key=lambda number: not _profile(parameters.get(number, "")).startswith("42e0"))
