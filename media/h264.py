"""H.264 in RTP (RFC 6184): does a payload begin a picture that needs nothing before it. Pure."""

IDR, SPS, STAP_A, FU_A = 5, 7, 24, 28


def starts_key_frame(payload: bytes) -> bool:
    """True for the packet a decoder can begin with: the sequence parameter set or the IDR picture's first slice,
    alone, aggregated (STAP-A) or as the first fragment (FU-A)."""
    if len(payload) < 2:
        return False
    kind = payload[0] & 0x1F
    if kind == FU_A:
        return bool(payload[1] & 0x80) and payload[1] & 0x1F in (IDR, SPS)
    if kind == STAP_A:
        return any(inner in (IDR, SPS) for inner in _aggregated(payload))
    return kind in (IDR, SPS)


def _aggregated(payload: bytes) -> list[int]:
    """NAL unit types in a STAP-A (section 5.7.1); ends where the sizes do not fit."""
    kinds, at = [], 1
    while at + 2 < len(payload):
        size = int.from_bytes(payload[at : at + 2], "big")
        if size == 0 or at + 2 + size > len(payload):
            break
        kinds.append(payload[at + 2] & 0x1F)
        at += 2 + size
    return kinds
