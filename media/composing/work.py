"""What the owner tells the child that composes, as one line of JSON on its standard input. Pure."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from media.model import SegmentKind

SCRATCH = ".part"


@dataclass(frozen=True, slots=True)
class StoredPiece:
    """A sealed segment. `person` counts from 0; seconds since the visit's media epoch."""

    storage_name: str
    person: int
    kind: SegmentKind
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class ComposingWork:
    """`key` opens the pieces and seals the result, which is stored as `out`. It never stands in an argument list."""

    root: Path
    key: bytes
    pieces: tuple[StoredPiece, ...]
    out: str

    @property
    def scratch(self) -> str:
        """What is written before the result; whoever removes the result removes it too."""
        return self.out + SCRATCH

    def line(self) -> bytes:
        told = {"root": str(self.root), "key": self.key.hex(), "out": self.out}
        return json.dumps({**told, "pieces": [asdict(piece) for piece in self.pieces]}).encode() + b"\n"


def read_work(line: bytes) -> ComposingWork:
    """The inverse of `ComposingWork.line`."""
    told = json.loads(line)
    pieces = tuple(StoredPiece(**piece) for piece in told["pieces"])
    return ComposingWork(Path(told["root"]), bytes.fromhex(told["key"]), pieces, told["out"])
