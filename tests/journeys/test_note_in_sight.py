"""Wherever the note is scrolled to, at every width: nothing lies over a control, the keyboard is in sight."""

from __future__ import annotations

import asyncio
from pathlib import Path
from uuid import UUID

import pytest
from playwright.async_api import Page, ViewportSize, expect

from tests.journeys.browsers import DESKTOP
from tests.journeys.clinic import Clinic
from tests.journeys.consultation import consultation
from tests.journeys.note_desk import SMALL, doctor_at, rows, with_parts
from tests.journeys.steps import hook
from tests.journeys.test_pages import axe, check, settled

__all__ = ["axe"]  # a fixture
SIZES = pytest.mark.parametrize("size", [DESKTOP, SMALL], ids=["desktop", "phone"])

LOOK = """
  const root = document.documentElement, page = getComputedStyle(root).overflowY === "hidden" ? document.body : root;
  const reached = "a[href], button, input, select, textarea, summary, [tabindex]";
  const tag = (one) => one.cloneNode().outerHTML.slice(0, 160);
  const named = (one, by) => `at ${page.scrollTop}: ${tag(one)} under ${by === undefined ? "an edge" : tag(by)}`;
  const controls = () => [...document.querySelectorAll(`main :is(${reached})`)]
    .filter((one) => !one.disabled && one.checkVisibility());
  /* What of it the scrolling boxes around it let through; nothing else may take it from a finger. */
  const shown = (one) => {
    let { left, right, top, bottom } = one.getBoundingClientRect();
    for (let box = one.parentElement; box !== null; box = box.parentElement) {
      if (getComputedStyle(box).position === "fixed") break;
      if (getComputedStyle(box).overflowY === "visible") continue;
      const at = box.getBoundingClientRect();
      [left, right] = [Math.max(left, at.left), Math.min(right, at.right)];
      [top, bottom] = [Math.max(top, at.top), Math.min(bottom, at.bottom)];
    }
    return { left, right, top: Math.max(0, top), bottom: Math.min(innerHeight, bottom) };
  };
  const cover = (one) => {
    const { left, right, top, bottom } = shown(one);
    if (bottom - top < 3 || right - left < 3) return undefined;
    return [top + 1, (top + bottom) / 2, bottom - 1].map((y) => document.elementFromPoint((left + right) / 2, y))
      .find((at) => at !== null && !one.contains(at) && !at.contains(one));
  };
"""

SCROLLED = f"""async () => {{ {LOOK}
  /* Less than the least target: each is met half in sight. */
  const step = 18, covered = [], places = [];
  for (let top = 0; top <= page.scrollHeight - page.clientHeight + step; top += step) {{
    page.scrollTop = top;
    places.push(page.scrollTop);
    covered.push(...controls().filter((one) => cover(one) !== undefined).map((one) => named(one, cover(one))));
  }}
  return {{ places: places.length, covered }};
}}"""

FOCUSED = f"""() => {{ {LOOK}
  const all = controls(), hidden = [];
  for (const one of [...all, ...all.toReversed()]) {{
    document.activeElement?.blur();
    one.focus();
    const {{ top, bottom }} = shown(one), {{ height }} = one.getBoundingClientRect();
    if (cover(one) !== undefined || bottom - top < Math.min(height, 24) - 1) hidden.push(named(one, cover(one)));
  }}
  return {{ focused: all.length, hidden }};
}}"""

HALF_IN_SIGHT = f"""(at) => {{ {LOOK}
  /* The next control of the note is cut in two by the lower, then the upper edge of what scrolls. */
  const all = [...document.querySelectorAll("[data-testid=section-accept], [data-testid=statement-accept]")];
  const one = all[Math.floor((all.length - 1) * at)], {{ top, height }} = one.getBoundingClientRect();
  page.scrollTop += top + height / 2 - (at < 0.5 ? page.clientHeight : 0);
}}"""


@pytest.fixture
async def visit(clinic: Clinic, chromium: Path) -> UUID:
    return (await asyncio.to_thread(lambda: asyncio.run(with_parts(clinic, consultation)))).id


@SIZES
async def test_nothing_lies_under_the_bar(clinic: Clinic, visit: UUID, axe: str, size: ViewportSize) -> None:
    """WCAG 2.2: 2.5.8 target size at every scroll place, 2.4.11 focus not obscured for every control."""
    async with doctor_at(clinic, visit, size=size) as page:
        await settled(page)
        await in_sight(page, axe)
        await rows(page).first.get_by_test_id("play-evidence").click()
        await expect(hook(page, "evidence-player")).to_be_in_viewport(ratio=1)
        await page.mouse.move(0, 0)  # the words of the chip under it lie over the lines
        await expect(page.get_by_role("tooltip")).to_have_count(0)
        await in_sight(page, axe)


async def in_sight(page: Page, axe: str) -> None:
    scrolled = await page.evaluate(SCROLLED)
    assert scrolled["places"] > 20
    assert scrolled["covered"] == []
    focused = await page.evaluate(FOCUSED)
    assert focused["focused"] > 60
    assert focused["hidden"] == []
    for at in (0.3, 0.6):
        await page.evaluate(HALF_IN_SIGHT, at)
        await check(page, axe)
