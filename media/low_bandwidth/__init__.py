"""Copies of what a participant sends for those whose line cannot carry it: small VP8, lean Opus, and stills.

Decoding and encoding happen in one child process per node (`python -m media.low_bandwidth`), started when the first
copy is wanted and ended when none has been for a while; `serve` only passes packets on. A child that dies takes the
copies with it and nothing else: their viewers are shown the full stream or hear the sound, and it is started again.
"""

from media.low_bandwidth.process import LowBandwidth
from media.low_bandwidth.source import LowCopy

__all__ = ["LowBandwidth", "LowCopy"]
