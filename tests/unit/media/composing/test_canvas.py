"""Where people are in the composed picture, and what fills their place."""

import numpy as np
import pytest

from media.composing.canvas import HEIGHT, WIDTH, Canvas, Cell, cells
from tests.integration.media.flashes import picture


@pytest.mark.parametrize("screen", [False, True])
@pytest.mark.parametrize("people", range(1, 7))
def test_cells_lie_inside_and_never_overlap(people: int, screen: bool) -> None:
    drawn = np.zeros((HEIGHT, WIDTH), int)
    layout = cells(people, screen=screen)
    assert len(layout) == people + screen
    for cell in layout:
        assert not any(side % 2 for side in (cell.left, cell.top, cell.width, cell.height))
        assert cell.left + cell.width <= WIDTH
        assert cell.top + cell.height <= HEIGHT
        drawn[cell.top : cell.top + cell.height, cell.left : cell.left + cell.width] += 1
    assert drawn.max() == 1


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        ((640, 480), Cell(640, 120, 640, 480)),
        ((480, 640), Cell(690, 0, 540, 720)),
        ((160, 120), Cell(640, 120, 640, 480)),
    ],
)
def test_a_picture_is_as_large_as_fits_and_keeps_its_shape(size: tuple[int, int], shown: Cell) -> None:
    canvas = Canvas()
    canvas.picture(cells(2, screen=False)[1], picture(size, 235, 0.0))
    luma = canvas.frame().to_ndarray()[:HEIGHT]
    rows, columns = np.flatnonzero(luma.max(axis=1) > 200), np.flatnonzero(luma.max(axis=0) > 200)
    assert (columns[0], rows[0]) == (shown.left, shown.top)
    assert (columns[-1] - columns[0] + 1, rows[-1] - rows[0] + 1) == (shown.width, shown.height)


def test_somebody_without_a_picture_has_a_place_of_their_own() -> None:
    canvas = Canvas()
    before = canvas.frame().to_ndarray().copy()
    canvas.nobody(cells(2, screen=False)[0])
    after = canvas.frame().to_ndarray()
    assert len(np.unique(after[:HEIGHT, :640])) == 2
    assert np.array_equal(before[:HEIGHT, 640:], after[:HEIGHT, 640:])
