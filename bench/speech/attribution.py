"""The right speaker on every utterance: two tracks whose speakers overlap as people do, without and with echo.

Real turn-taking with at least the overlap of PriMock57 (5.7 % of the time), synthetic voices, Opus. An utterance is
right when its track's speaker says at least half of it; a track's loudspeaker brings the other's voice along.
"""

from __future__ import annotations

from bench.speech.consults import consults
from bench.speech.echo import Tally, find, with_echo
from bench.speech.options import Options
from bench.speech.results import Row, row

_LEAST_OVERLAP = 0.05  # of the real turns; the synthetic voices say most of them a little faster
_USED = 6  # the echo gate was built, and its thresholds chosen, on some of the first: figures are of the next ones
_ECHOES = {"no echo": None, "echo 10 dB below the voice": -10.0}


def run(options: Options) -> list[Row]:
    """Rows without and with echo."""
    spoken = list(
        consults(
            options.data,
            1 if options.short else 6,
            60 if options.short else 240,
            _LEAST_OVERLAP,
            skip=_USED,
        )
    )
    overlap = sum(consult.overlap * consult.seconds for consult in spoken) / sum(
        one.seconds for one in spoken
    )
    rows = [row("overlap of the two tracks in the attribution figures", overlap * 100, "%", peer=5.7)]
    for name, level in _ECHOES.items():
        gated, plain = Tally(), Tally()
        for number, consult in enumerate(spoken):
            tracks = with_echo(consult, level, 0.25, seed=number)
            gated.add(consult, find(tracks))
            plain.add(consult, find(tracks, gate=False))
        rows.append(_right(name, gated, plain))
        rows.append(row(f"turns found, two overlapping tracks, {name}", _share(gated.lost, gated.own), "%"))
    return rows


def _right(name: str, gated: Tally, plain: Tally) -> Row:
    return row(
        f"utterances with the right speaker, two overlapping tracks, {name} (peer: no echo gate)",
        _share(gated.foreign, gated.found),
        "%",
        peer=_share(plain.foreign, plain.found),
        goal="100",
        met=gated.foreign == 0,
    )


def _share(wrong: int, of: int) -> float:
    return (1 - wrong / of) * 100 if of else 100.0
