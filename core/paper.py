"""A document on A4 pages: heading, facts, sections, a closing block, page numbers. Typeset with fpdf2.

Runs in a side process: a page takes some 30 ms of pure Python.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Literal

from fpdf import FPDF
from pydantic import AwareDatetime, BaseModel, ConfigDict

# It warns of letters that the font lacks, and those are out of somebody's record.
logging.getLogger("fpdf").setLevel(logging.CRITICAL)

_FONTS = Path(__file__).parent / "fonts"
_INK, _SOFT, _LINE, _ACCENT = (16, 33, 31), (72, 89, 90), (200, 211, 208), (13, 74, 78)
_MARGIN = 18.0  # mm
_BULLET = 4.0  # mm that a line stands in
_LEADING = 4.7  # mm from line to line: the note of an ordinary visit, with its signature, fits on one page
_PAGES, _LIKE_PAGES = "\u2211", "\u03a3"
"""The sum sign is replaced by the number of pages wherever it stands: in what somebody wrote it is the letter sigma."""


class Fact(BaseModel):
    """A labelled value of the heading."""

    model_config = ConfigDict(frozen=True)

    label: str
    value: str


class Block(BaseModel):
    """A section: its lines as bullets, `plain` ones without."""

    model_config = ConfigDict(frozen=True)

    title: str
    lines: tuple[str, ...]
    plain: bool = False


class Paper(BaseModel):
    """What is on the pages. `running`: stands at the top of every page but the first; tells whose pages these are.

    `made_at` is the document's date: the same paper gives the same bytes. `language`: BCP 47, for screen readers.
    """

    model_config = ConfigDict(frozen=True)

    letterhead: str
    title: str
    facts: tuple[Fact, ...]
    blocks: tuple[Block, ...]
    closing: tuple[str, ...]
    running: str
    footer: str
    made_at: AwareDatetime
    language: str = "en"


class _Pages(FPDF):
    """A4 with the running head and the page number on every page."""

    def __init__(self, paper: Paper) -> None:
        super().__init__(format="A4")
        self._paper = paper
        for style, name in (("", "DejaVuSansCondensed.ttf"), ("B", "DejaVuSansCondensed-Bold.ttf")):
            self.add_font("text", style, _FONTS / name)
        self.set_margin(_MARGIN)
        self.set_auto_page_break(True, margin=_MARGIN + 6)
        self.set_lang(paper.language)
        self.set_title(paper.title)
        self.set_creator("Consultroom")
        self.set_creation_date(paper.made_at)
        self.alias_nb_pages(_PAGES)

    def say(self, style: Literal["", "B"], size: float, colour: tuple[int, int, int] = _INK) -> None:
        self.set_font("text", style, size)
        self.set_text_color(*colour)

    def header(self) -> None:
        if self.page_no() == 1:
            return
        self.say("", 8, _SOFT)
        self.cell(0, 4, self._paper.running, new_x="LMARGIN", new_y="NEXT")
        self._rule()
        self.ln(3)

    def footer(self) -> None:
        self.set_y(-_MARGIN + 2)
        self.say("", 8, _SOFT)
        self.cell(0, 4, self._paper.footer, align="L")
        self.set_x(_MARGIN)
        self.cell(0, 4, f"Page {self.page_no()} of {_PAGES}", align="R")

    def _rule(self) -> None:
        self.set_draw_color(*_LINE)
        self.line(_MARGIN, self.get_y() + 1, self.w - _MARGIN, self.get_y() + 1)

    def open(self) -> None:
        """Letterhead, title and facts."""
        self.add_page()
        self.say("B", 9, _ACCENT)
        self.cell(0, 5, self._paper.letterhead, new_x="LMARGIN", new_y="NEXT")
        self.say("B", 17)
        self.cell(0, 10, self._paper.title, new_x="LMARGIN", new_y="NEXT")
        for fact in self._paper.facts:
            self.say("", 9, _SOFT)
            self.cell(32, 5, fact.label)
            self.say("", 10)
            self.multi_cell(0, 5, fact.value, new_x="LMARGIN", new_y="NEXT", align="L")
        self._rule()
        self.ln(4)

    def block(self, block: Block) -> None:
        """A heading never stands alone at the foot of a page; it is also a bookmark."""
        if self.will_page_break(18):
            self.add_page()
        self.start_section(block.title)
        self.say("B", 11, _ACCENT)
        self.cell(0, 6, block.title, new_x="LMARGIN", new_y="NEXT")
        for line in block.lines:
            self.say("", 10)
            if not block.plain:
                self.cell(_BULLET, _LEADING, "\u2022")
            self.multi_cell(0, _LEADING, line, new_x="LMARGIN", new_y="NEXT", align="L")
        self.ln(1.5)

    def close(self) -> None:
        """The closing block stays together."""
        height = 5.0 * len(self._paper.closing) + 4
        if self.will_page_break(height):
            self.add_page()
        self._rule()
        self.ln(4)
        for line in self._paper.closing:
            self.say("", 9)
            self.multi_cell(0, 5, line, new_x="LMARGIN", new_y="NEXT", align="L")


def typeset(paper: Paper) -> bytes:
    """The PDF (1.3 to 1.7) of the paper. A letter that the font lacks is printed as a box, and nothing is left out."""
    paper = Paper.model_validate_json(paper.model_dump_json().replace(_PAGES, _LIKE_PAGES))
    pages = _Pages(paper)
    pages.open()
    for block in paper.blocks:
        pages.block(block)
    pages.close()
    return bytes(pages.output())
