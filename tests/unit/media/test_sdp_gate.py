"""The gate: every real offer passes, every other text has one error, and aiortc only sees what we wrote."""

import pytest
from aiortc.sdp import SessionDescription
from hypothesis import given, settings
from hypothesis import strategies as st

from media.candidates import AddressPolicy
from media.errors import MalformedOffer
from media.offered_codecs import OfferedCodec
from media.sdp_gate import MAX_OFFER_BYTES, Offer, check_offer

POLICY = AddressPolicy(allow_private=True)
FINGERPRINT = ":".join(["AB"] * 32)


def m_line(kind: str, mid: int, direction: str) -> list[str]:
    """An m-line as Chromium 156 writes it, shortened."""
    codec = (
        ["a=rtpmap:111 opus/48000/2", "a=fmtp:111 minptime=10;useinbandfec=1", "a=rtpmap:63 red/48000/2"]
        if kind == "audio"
        else [
            "a=rtpmap:96 VP8/90000", "a=rtcp-fb:96 goog-remb", "a=rtcp-fb:96 transport-cc", "a=rtcp-fb:96 nack",
            "a=rtcp-fb:96 nack pli", "a=rtpmap:97 rtx/90000", "a=fmtp:97 apt=96", "a=rtpmap:102 H264/90000",
            "a=fmtp:102 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f",
            "a=rtpmap:103 rtx/90000", "a=fmtp:103 apt=102", "a=rtpmap:104 H264/90000",
            "a=fmtp:104 level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=42e01f",
            "a=rtpmap:106 H264/90000", "a=rtcp-fb:106 nack",
            "a=fmtp:106 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
            "a=rtpmap:107 rtx/90000", "a=fmtp:107 apt=106", "a=rtpmap:98 VP9/90000",
        ]
    )  # fmt: skip
    formats = "111 63" if kind == "audio" else "96 97 102 103 104 106 107 98"
    ssrc = {
        "sendonly": [
            f"a=ssrc-group:FID {mid}11 {mid}12",
            f"a=ssrc:{mid}11 cname:x",
            f"a=ssrc:{mid}12 cname:x",
        ]
    }
    return [
        f"m={kind} 9 UDP/TLS/RTP/SAVPF {formats}", "c=IN IP4 0.0.0.0", "a=rtcp:9 IN IP4 0.0.0.0", "a=ice-ufrag:EsAw",
        "a=ice-pwd:bP+XJMM09aR8AiX1jdukzR6Y", "a=ice-options:trickle", f"a=fingerprint:sha-256 {FINGERPRINT}",
        "a=setup:actpass", f"a=mid:{mid}", "a=extmap:14 urn:ietf:params:rtp-hdrext:toffset",
        "a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
        "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid", "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level",
        f"a={direction}", "a=msid:- abc", "a=rtcp-mux", "a=rtcp-rsize",
        "a=candidate:1 1 udp 2122260223 192.168.1.7 50000 typ host generation 0",
        "a=candidate:2 1 udp 2122260223 abc.local 50000 typ host generation 0", *codec, *ssrc.get(direction, []),
    ]  # fmt: skip


def offer(seats: int = 3) -> str:
    mids = " ".join(str(mid) for mid in range(3 + 3 * seats))
    lines = ["v=0", "o=- 4611731400430051336 2 IN IP4 127.0.0.1", "s=-", "t=0 0", f"a=group:BUNDLE {mids}"]
    lines += ["a=extmap-allow-mixed", "a=msid-semantic: WMS"]
    for index in range(3 + 3 * seats):
        lines += m_line("video" if index % 3 else "audio", index, "sendonly" if index < 3 else "recvonly")
    return "\r\n".join(lines) + "\r\n"


def test_an_offer_for_six_people_is_not_too_long() -> None:
    """Chromium 156 with VP8 and every H.264 profile: 45.5 KB for five seats (measured)."""
    text = offer(5)
    padded = text + "".join(f"a=x-unknown:{number}\r\n" for number in range((46_500 - len(text)) // 16))
    assert 46_000 < len(padded) < MAX_OFFER_BYTES
    assert len(check_offer(padded, seats=5, policy=POLICY).media) == 18


def read(text: str) -> Offer:
    return check_offer(text, seats=3, policy=POLICY)


def test_chromiums_offer_passes_and_only_our_words_go_on() -> None:
    passed = read(offer())
    assert [candidate.host for candidate in passed.candidates] == ["192.168.1.7"]
    again = passed.sdp()
    for word in (
        "VP9",
        "profile-level-id=42001f",
        "packetization-mode=0",
        "red",
        "transport-cc",
        "msid:- abc",
        "toffset",
        ".local",
        "4611731400430051336",
    ):
        assert word not in again
    description = SessionDescription.parse(again)
    assert [media.kind for media in description.media] == ["audio", "video", "video"] * 4
    assert [media.direction for media in description.media[:4]] == ["sendonly"] * 3 + ["recvonly"]
    assert [info.ssrc for info in description.media[1].ssrc] == [111, 112]
    names = [[codec.name for codec in media.rtp.codecs] for media in description.media[:6]]
    assert names == [["opus"], *[["VP8", "rtx"]] * 2, ["opus"], *[["VP8", "rtx", "H264", "rtx"]] * 2]
    assert read(again).sdp() == again


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("v=0", "v=1"),
        ("a=rtcp-mux\r\n", ""),
        ("a=mid:3", "a=mid:2"),
        ("a=mid:3", "a=mid:" + "x" * 40),
        ("a=sendonly", "a=sendrecv"),
        ("a=recvonly", "a=sendonly"),
        ("m=video", "m=application"),
        ("UDP/TLS/RTP/SAVPF", "RTP/AVP"),
        (f"sha-256 {FINGERPRINT}", "sha-1 AB:CD"),
        (FINGERPRINT, "AB"),
        ("a=ice-ufrag:EsAw", "a=ice-ufrag:a"),
        ("a=ice-pwd:bP+XJMM09aR8AiX1jdukzR6Y\r\n", ""),
        ("a=setup:actpass", "a=setup:holdconn"),
        ("opus/48000/2", "opus/8000"),
        ("a=ssrc-group:FID 111 112", "a=ssrc-group:FID 111 99999999999"),
        ("2122260223 192.168.1.7 50000", "x y z"),
        ("a=group:BUNDLE 0 1 2", "a=group:BUNDLE 0 1"),
        ("rtpmap:111", "rtpmap:x"),
    ],
)
def test_damaged_offers_have_one_error(old: str, new: str) -> None:
    text = offer()
    assert old in text
    with pytest.raises(MalformedOffer):
        read(text.replace(old, new))


def test_who_has_h264_only_sends_h264() -> None:
    passed = read(offer().replace("VP8/90000", "AV1/90000"))
    assert [(codec.codec, codec.payload_type, codec.rtx) for codec in passed.media[1].codecs] == [
        ("h264", 106, 107)
    ]
    assert passed.media[4].codecs == [OfferedCodec("h264", 106, 107, ("nack",), "42e01f")]
    assert "a=fmtp:106 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f" in passed.sdp()
    with pytest.raises(MalformedOffer):
        read(
            offer().replace("VP8/90000", "AV1/90000").replace("packetization-mode=1", "packetization-mode=0")
        )


def test_sound_is_repaired_where_the_offer_says_so() -> None:
    assert passed_feedback(offer()) == ()
    assert passed_feedback(offer().replace("a=rtpmap:63", "a=rtcp-fb:111 nack\r\na=rtpmap:63")) == ("nack",)


def passed_feedback(text: str) -> tuple[str, ...]:
    return read(text).media[0].codecs[0].feedback


def test_size_and_number_of_lines_and_candidates_are_bounded() -> None:
    with pytest.raises(MalformedOffer):
        read(offer() + "a=x:" + "y" * MAX_OFFER_BYTES)
    with pytest.raises(MalformedOffer):
        read("v=0\r\n" * 250_000)  # a megabyte
    with pytest.raises(MalformedOffer):
        read(offer(seats=4))
    with pytest.raises(MalformedOffer):
        read(offer(seats=2))
    many = "".join(f"a=candidate:{n} 1 udp 1 10.0.0.1 {2000 + n} typ host\r\n" for n in range(40))
    with pytest.raises(MalformedOffer):
        read(offer() + many)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_mutated_offers_pass_or_have_the_one_error(data: st.DataObject) -> None:
    lines = offer().split("\r\n")
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(lines) - 1))
        match data.draw(st.sampled_from(["drop", "double", "cut", "swap", "noise"])):
            case "drop":
                del lines[at]
            case "double":
                lines.insert(at, lines[at])
            case "cut":
                lines[at] = lines[at][: data.draw(st.integers(0, len(lines[at])))]
            case "swap":
                other = data.draw(st.integers(0, len(lines) - 1))
                lines[at], lines[other] = lines[other], lines[at]
            case _:
                lines[at] += data.draw(st.text(max_size=20))
    try:
        passed = read("\r\n".join(lines))
    except MalformedOffer:
        return
    SessionDescription.parse(passed.sdp())


@given(st.text(max_size=300))
def test_any_text_has_the_one_error(text: str) -> None:
    with pytest.raises(MalformedOffer):
        read(text)
