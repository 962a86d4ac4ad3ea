"""The only way an offer reaches aiortc.

aiortc validates SDP with assertions and raises six kinds of exception on damaged input. So the offer is read
here, strictly, and aiortc is given a description that we wrote from what was read: nothing of the sender's
text passes. The layout is fixed: the participant's microphone, camera and screen, then the same three for
each seat.
"""

import re
from dataclasses import dataclass, field

from media.candidates import MAX_CANDIDATES, AddressPolicy, RemoteCandidate, parse_candidate, usable
from media.errors import MalformedCandidate, MalformedOffer
from media.model import KIND_OF, SOURCES, Kind
from media.offered_codecs import OfferedCodec, read_codecs
from media.rtp import Extension

MAX_OFFER_BYTES = 48 * 1024  # six people: 18 m-lines of some 2 KB each, and candidates
MID = "urn:ietf:params:rtp-hdrext:sdes:mid"
AUDIO_LEVEL = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
ABS_SEND_TIME = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
_EXTENSIONS = {"audio": (MID, AUDIO_LEVEL), "video": (MID, ABS_SEND_TIME)}
_NAMES: dict[str, Extension] = {MID: "mid", AUDIO_LEVEL: "level", ABS_SEND_TIME: "abs_send_time"}
_M_LINE = re.compile(r"m=(audio|video) (\d{1,5}) UDP/TLS/RTP/SAVPF((?: \d{1,3}){1,64})\Z")
_UFRAG = re.compile(r"[A-Za-z0-9+/]{4,256}\Z")
_PASSWORD = re.compile(r"[A-Za-z0-9+/]{22,256}\Z")
_MID = re.compile(r"[A-Za-z0-9._-]{1,16}\Z")
_HEX = re.compile(r"[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2})*\Z")
_FINGERPRINTS = {"sha-256": 32, "sha-384": 48, "sha-512": 64}
_SETUP = ("actpass", "active")


@dataclass(slots=True)
class OfferedMedia:
    """One m-line, reduced to what the room uses."""

    kind: Kind
    lines: list[str]
    codecs: list[OfferedCodec] = field(default_factory=list)
    mid: str = ""
    direction: str = ""
    extensions: list[tuple[int, str]] = field(default_factory=list)
    ssrcs: list[int] = field(default_factory=list)

    def attributes(self, name: str) -> list[str]:
        return _attributes(self.lines, name)


@dataclass(frozen=True, slots=True)
class Offer:
    """A checked offer: transport parameters (one bundle), m-lines, usable candidates."""

    media: list[OfferedMedia]
    ufrag: str
    password: str
    fingerprint: str
    candidates: list[RemoteCandidate]

    @property
    def extensions(self) -> dict[int, Extension]:
        """What the participant's packets carry. In a bundle an identifier means the same everywhere (RFC 9143
        section 10)."""
        return {number: _NAMES[uri] for media in self.media for number, uri in media.extensions}

    def sdp(self) -> str:
        """The offer in our own words, with CRLF."""
        mids = " ".join(media.mid for media in self.media)
        lines = [
            "v=0",
            "o=- 1 1 IN IP4 0.0.0.0",
            "s=-",
            "t=0 0",
            f"a=group:BUNDLE {mids}",
            "a=msid-semantic:WMS *",
        ]
        for media in self.media:
            lines += _media_lines(media) + self._transport_lines()
        return "\r\n".join(lines) + "\r\n"

    def _transport_lines(self) -> list[str]:
        return [
            *(f"a={candidate.line()}" for candidate in self.candidates),
            f"a=ice-ufrag:{self.ufrag}",
            f"a=ice-pwd:{self.password}",
            f"a=fingerprint:{self.fingerprint}",
            # Whoever may be either begins the handshake: as the DTLS server it is us who chooses the SRTP profile,
            # AEAD wherever the browser has it. Chromium, asked to choose, takes AES-CM with HMAC-SHA1.
            "a=setup:active",
        ]


def check_offer(text: str, *, seats: int, policy: AddressPolicy) -> Offer:
    """Read an SDP offer with m-lines for `seats` seats. Raises MalformedOffer, and nothing else, on any
    text."""
    try:
        return _read(text, seats, policy)
    except (ValueError, IndexError, KeyError) as error:
        raise MalformedOffer("The SDP cannot be parsed.") from error


def _read(text: str, seats: int, policy: AddressPolicy) -> Offer:
    session, media = _sections(text)
    _check_layout(media, seats)
    for index, item in enumerate(media):
        _read_media(item, own=index < len(SOURCES))
    mids = [item.mid for item in media]
    if len(set(mids)) != len(mids):
        raise MalformedOffer("Two m-lines have the same mid.")
    if not any(group.split() == ["BUNDLE", *mids] for group in _attributes(session, "group")):
        raise MalformedOffer("All m-lines must be in one BUNDLE group.")
    ufrag = _one_value(session, media, "ice-ufrag", _UFRAG)
    password = _one_value(session, media, "ice-pwd", _PASSWORD)
    _check_setup(session, media[0])
    return Offer(media, ufrag, password, _fingerprint(session, media[0]), _candidates(media, policy))


def _sections(text: str) -> tuple[list[str], list[OfferedMedia]]:
    if not isinstance(text, str) or len(text) > MAX_OFFER_BYTES or not text.isascii():
        raise MalformedOffer(f"The offer must be ASCII text of at most {MAX_OFFER_BYTES} bytes.")
    lines = [line.rstrip("\r") for line in text.split("\n")]
    if lines[0] != "v=0":
        raise MalformedOffer("The offer is not SDP version 0.")
    session: list[str] = []
    media: list[OfferedMedia] = []
    for line in lines:
        if line.startswith("m="):
            media.append(_media_section(line))
        else:
            (media[-1].lines if media else session).append(line)
    return session, media


def _media_section(line: str) -> OfferedMedia:
    match = _M_LINE.match(line)
    if match is None:
        raise MalformedOffer("An m-line is neither audio nor video over UDP/TLS/RTP/SAVPF.")
    kind: Kind = "audio" if match.group(1) == "audio" else "video"
    return OfferedMedia(kind, [f"formats{match.group(3)}"])


def _check_layout(media: list[OfferedMedia], seats: int) -> None:
    if [item.kind for item in media] != [KIND_OF[source] for source in SOURCES] * (seats + 1):
        raise MalformedOffer(
            f"The offer must hold m-lines for microphone, camera and screen: yours and those of {seats} seats."
        )
    for index, item in enumerate(media):
        item.direction = next((line[2:] for line in item.lines if line[2:] in _DIRECTIONS), "sendrecv")
        if item.direction not in (
            ("sendonly", "inactive") if index < len(SOURCES) else ("recvonly", "inactive")
        ):
            raise MalformedOffer("An m-line has the wrong direction.")


_DIRECTIONS = frozenset({"sendonly", "recvonly", "sendrecv", "inactive"})


def _read_media(item: OfferedMedia, own: bool) -> None:
    mids = item.attributes("mid")
    if len(mids) != 1 or not _MID.match(mids[0]):
        raise MalformedOffer("An m-line has no usable mid.")
    if "a=rtcp-mux" not in item.lines:
        raise MalformedOffer("RTCP must be multiplexed (rtcp-mux).")
    item.mid = mids[0]
    attributes = [line[2:] for line in item.lines if line.startswith("a=")]
    item.codecs = read_codecs(item.kind, [int(n) for n in item.lines[0].split()[1:]], attributes)
    item.extensions = _extensions(item)
    if own:
        item.codecs = item.codecs[:1]  # what this participant is to send
    if item.direction == "sendonly":
        item.ssrcs = _ssrcs(item)


def _extensions(item: OfferedMedia) -> list[tuple[int, str]]:
    found = []
    for value in item.attributes("extmap"):
        number, uri = value.split(" ")[:2]
        identifier = int(number.split("/")[0])
        # 15 is reserved and 16 up needs the two-byte form, which costs every packet a word (RFC 8285)
        if uri in _EXTENSIONS[item.kind] and 1 <= identifier <= 14:
            found.append((identifier, uri))
    return found[: len(_EXTENSIONS[item.kind])]


def _ssrcs(item: OfferedMedia) -> list[int]:
    for group in item.attributes("ssrc-group"):
        bits = group.split()
        if bits[0] == "FID" and len(bits) == 3:
            return [_ssrc(bits[1]), _ssrc(bits[2])]
    return [_ssrc(value.split(" ")[0]) for value in item.attributes("ssrc")[:1]]


def _ssrc(text: str) -> int:
    if not text.isdigit() or int(text) >= 1 << 32:
        raise MalformedOffer("An SSRC is not a 32-bit number.")
    return int(text)


def _one_value(session: list[str], media: list[OfferedMedia], name: str, form: re.Pattern[str]) -> str:
    values = {value for item in media for value in (item.attributes(name) or _attributes(session, name))}
    if len(values) != 1 or not form.match(value := values.pop()):
        raise MalformedOffer(f"{name} is missing, malformed or differs between m-lines.")
    return value


def _fingerprint(session: list[str], first: OfferedMedia) -> str:
    for value in first.attributes("fingerprint") or _attributes(session, "fingerprint"):
        algorithm, digest = value.split(" ", 1)
        length = _FINGERPRINTS.get(algorithm.lower())
        if length and _HEX.match(digest) and len(digest) == 3 * length - 1:
            return f"{algorithm.lower()} {digest.upper()}"
    raise MalformedOffer("There is no usable certificate fingerprint.")


def _check_setup(session: list[str], first: OfferedMedia) -> None:
    values = first.attributes("setup") or _attributes(session, "setup")
    if len(values) != 1 or values[0] not in _SETUP:
        raise MalformedOffer("setup must be actpass or active.")


def _candidates(media: list[OfferedMedia], policy: AddressPolicy) -> list[RemoteCandidate]:
    texts = list(dict.fromkeys(text for item in media for text in item.attributes("candidate")))
    if len(texts) > MAX_CANDIDATES:
        raise MalformedOffer(f"There are more than {MAX_CANDIDATES} candidates.")
    try:
        found = [parse_candidate(text) for text in texts]
    except MalformedCandidate as error:
        raise MalformedOffer("A candidate cannot be read.") from error
    return [candidate for candidate in found if usable(candidate, policy)]


def _attributes(lines: list[str], name: str) -> list[str]:
    prefix = f"a={name}:"
    return [line[len(prefix) :] for line in lines if line.startswith(prefix)]


def _media_lines(media: OfferedMedia) -> list[str]:
    formats = " ".join(str(number) for codec in media.codecs for number in codec.payload_types)
    lines = [
        f"m={media.kind} 9 UDP/TLS/RTP/SAVPF {formats}",
        "c=IN IP4 0.0.0.0",
        f"a={media.direction}",
        f"a=mid:{media.mid}",
        "a=rtcp:9 IN IP4 0.0.0.0",
        "a=rtcp-mux",
        *(f"a=extmap:{identifier} {uri}" for identifier, uri in media.extensions),
        *(line for codec in media.codecs for line in codec.lines()),
    ]
    if len(media.ssrcs) == 2:
        lines.append(f"a=ssrc-group:FID {media.ssrcs[0]} {media.ssrcs[1]}")
    return lines + [f"a=ssrc:{ssrc} cname:c" for ssrc in media.ssrcs]
