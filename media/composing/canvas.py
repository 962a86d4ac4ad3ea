"""The composed picture: cells of equal size, or a large screen with the cameras beside it. YUV 4:2:0 planes."""

from dataclasses import dataclass

import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

WIDTH, HEIGHT = 1280, 720
STRIP = 256  # width of the cameras beside a screen
_GRID = {1: (1, 1), 2: (2, 1), 3: (2, 2), 4: (2, 2), 5: (3, 2), 6: (3, 2)}
_BLACK, _GREY, _PALE = 16, 44, 96  # luma

Plane = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Cell:
    """Part of the canvas, in pixels; every number is even."""

    left: int
    top: int
    width: int
    height: int


def cells(people: int, *, screen: bool) -> tuple[Cell, ...]:
    """Where each person is, and last of all, if there is one, the screen."""
    if screen:
        height = min(STRIP * 3 // 4, HEIGHT // max(people, 1)) & ~1
        beside = [Cell(WIDTH - STRIP, height * n, STRIP, height) for n in range(people)]
        return (*beside, Cell(0, 0, WIDTH - STRIP, HEIGHT))
    columns, rows = _GRID[min(max(people, 1), 6)]
    width, height = WIDTH // columns & ~1, HEIGHT // rows & ~1
    return tuple(Cell(width * (n % columns), height * (n // columns), width, height) for n in range(people))


class Canvas:
    """Draw into it, then take the frame."""

    def __init__(self) -> None:
        self._all = np.empty((HEIGHT * 3 // 2, WIDTH), np.uint8)
        flat, luma, chroma = self._all.reshape(-1), WIDTH * HEIGHT, WIDTH * HEIGHT // 4
        self._luma: Plane = flat[:luma].reshape(HEIGHT, WIDTH)
        self._chroma: tuple[Plane, Plane] = (
            flat[luma : luma + chroma].reshape(HEIGHT // 2, WIDTH // 2),
            flat[luma + chroma :].reshape(HEIGHT // 2, WIDTH // 2),
        )
        self.clear(Cell(0, 0, WIDTH, HEIGHT))

    def clear(self, cell: Cell, luma: int = _BLACK) -> None:
        self._luma[cell.top : cell.top + cell.height, cell.left : cell.left + cell.width] = luma
        for plane in self._chroma:
            plane[_half(cell.top, cell.height), _half(cell.left, cell.width)] = 128

    def picture(self, cell: Cell, frame: VideoFrame) -> None:
        """The whole frame, as large as fits, in the middle."""
        scale = min(cell.width / frame.width, cell.height / frame.height)
        width, height = (max(2, round(side * scale) & ~1) for side in (frame.width, frame.height))
        inner = Cell(
            cell.left + (cell.width - width) // 4 * 2,
            cell.top + (cell.height - height) // 4 * 2,
            width,
            height,
        )
        self.clear(cell)
        flat = frame.reformat(width, height, "yuv420p").to_ndarray().reshape(-1)
        luma, chroma = width * height, width * height // 4
        self._luma[inner.top : inner.top + height, inner.left : inner.left + width] = flat[:luma].reshape(
            height, width
        )
        rows, columns = _half(inner.top, height), _half(inner.left, width)
        for number, plane in enumerate(self._chroma):
            part = flat[luma + number * chroma : luma + (number + 1) * chroma]
            plane[rows, columns] = part.reshape(height // 2, width // 2)

    def nobody(self, cell: Cell) -> None:
        """Somebody without a picture: head and shoulders, no name."""
        self.clear(cell, _GREY)
        y, x = np.ogrid[: cell.height, : cell.width]
        unit = min(cell.width, cell.height) / 8
        middle = cell.width / 2
        head = (x - middle) ** 2 + (y - 3 * unit) ** 2 < unit**2
        body = ((x - middle) / 1.9) ** 2 + (y - 6 * unit) ** 2 < (1.1 * unit) ** 2
        shoulders = body & (y < 6 * unit)
        inside = self._luma[cell.top : cell.top + cell.height, cell.left : cell.left + cell.width]
        inside[head | shoulders] = _PALE

    def frame(self) -> VideoFrame:
        return VideoFrame.from_ndarray(self._all, format="yuv420p")


def _half(begin: int, length: int) -> slice:
    return slice(begin // 2, (begin + length) // 2)
