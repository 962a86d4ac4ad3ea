"""Reading along in the room: lines that grow while somebody speaks, and captions over the picture."""

from __future__ import annotations

from playwright.async_api import Page, ViewportSize, expect

from tests.journeys.browsers import DESKTOP
from tests.journeys.steps import SPOKEN_TIMEOUT, hook, picture

SMALL = ViewportSize(width=360, height=740)

# The states of every line, in the order in which this page showed them, and the longest captions.
WATCH = """() => {
  window.lineStates = {};
  const look = () => {
    for (const line of document.querySelectorAll('[data-testid=utterance]')) {
      const states = (window.lineStates[line.dataset.utterance] ??= []);
      if (states.at(-1) !== line.dataset.state) states.push(line.dataset.state);
    }
  };
  look();
  new MutationObserver(look).observe(document.body, {
    subtree: true, childList: true, attributes: true, attributeFilter: ['data-state'],
  });
}"""


async def watch_lines(page: Page) -> None:
    await page.evaluate(WATCH)


async def switch_captions_on(page: Page) -> None:
    await hook(page, "captions-switch").click()
    await expect(hook(page, "captions-switch")).to_have_attribute("aria-pressed", "true")
    await expect(hook(page, "captions")).to_have_count(1)


async def captions_come(page: Page) -> None:
    """Words over the picture, at a size that can be read."""
    caption = hook(page, "caption").first
    await expect(caption).to_be_visible(timeout=SPOKEN_TIMEOUT)
    size = await caption.evaluate("(element) => parseFloat(getComputedStyle(element).fontSize)")
    assert size >= 17


async def were_open_first(page: Page) -> bool:
    """Whether a line was open, and then written down under the same id."""
    return bool(
        await page.evaluate(
            """() => Object.values(window.lineStates).some(
                 (states) => states.indexOf('open') >= 0 && states.lastIndexOf('final') > states.indexOf('open'))"""
        )
    )


async def picture_of_captions(page: Page) -> None:
    """On a small phone nothing is cut off, and what is said can be read over the picture."""
    await page.set_viewport_size(SMALL)
    await captions_come(page)
    wide = await page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0
    await picture(page, "9-captions-phone")
    await page.set_viewport_size(DESKTOP)
