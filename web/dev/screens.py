"""Screenshots of every page, and axe-core on each, against the mock server.

    python web/dev/screens.py [base-url]     writes web/dev/screens/*.png, prints what axe finds
"""

import json
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

HERE = Path(__file__).parent
SHOTS = HERE / "screens"
AXE = (HERE.parent / "node_modules/axe-core/axe.min.js").read_text()
BASE = next((a for a in sys.argv[1:] if a.startswith("http")), "http://127.0.0.1:8090")
ONLY = [a for a in sys.argv[1:] if not a.startswith("http")]
SIZES = {"desktop": (1280, 800), "phone": (390, 844)}
LIVE, DRAFT, SIGNED = (f"a0000000-0000-4000-8000-00000000000{n}" for n in (1, 4, 5))
ARGS = ["--no-sandbox", "--disable-background-networking", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
findings = []


def shot(page, name):
    page.wait_for_timeout(350)
    page.screenshot(path=SHOTS / f"{name}.png", full_page="room" not in name)
    width = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if width > 0:
        findings.append(f"{name}: page is {width}px too wide")
    # evaluate() passes the page's CSP: axe is not inserted as a script element.
    page.evaluate(AXE)
    result = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    for v in result["violations"]:
        findings.append(f"{name}: {v['impact']} {v['id']} x{len(v['nodes'])}: {v['nodes'][0]['target']} {v['nodes'][0].get('failureSummary', '')[:300]}")
    print("shot", name, flush=True)


def enter(page, role):
    page.goto(BASE + "/sign-in")
    page.get_by_test_id(f"demo-account-{role}").click()
    page.wait_for_url(BASE + "/")
    page.wait_for_load_state("networkidle")


def sign_in(page, size):
    page.goto(BASE + "/sign-in")
    page.get_by_test_id("demo-account-doctor").wait_for()
    shot(page, f"{size}-sign-in")


def doctor_day(page, size):
    enter(page, "doctor")
    page.get_by_test_id("visit").first.wait_for()
    shot(page, f"{size}-doctor-day")


def patient(page, size):
    enter(page, "patient")
    page.get_by_test_id("visit").first.wait_for()
    shot(page, f"{size}-patient-visits")
    page.goto(BASE + "/book")
    page.locator(".slot-button").nth(1).click()
    shot(page, f"{size}-book")
    page.locator(".slot-button", has_text=":20").first.click()
    page.get_by_test_id("book-confirm").click()
    page.get_by_test_id("booking-problem").wait_for()
    shot(page, f"{size}-book-taken")
    page.get_by_test_id("alternatives").locator("button").first.click()
    page.get_by_test_id("book-confirm").click()
    page.get_by_test_id("booked").wait_for()
    shot(page, f"{size}-booked")
    page.goto(f"{BASE}/visits/{SIGNED}/summary")
    page.get_by_test_id("summary-section").first.wait_for()
    shot(page, f"{size}-summary")


def scheduler(page, size):
    enter(page, "scheduler")
    shot(page, f"{size}-scheduler")
    page.goto(BASE + "/availability")
    page.get_by_test_id("availability-publish").click()
    page.get_by_test_id("published").wait_for()
    shot(page, f"{size}-availability")


def nurse(page, size):
    enter(page, "nurse")
    shot(page, f"{size}-nurse")


def patient_room(page, size):
    enter(page, "patient")
    page.goto(f"{BASE}/visits/{LIVE}/room")
    page.get_by_test_id("device-check-done").wait_for()
    page.wait_for_timeout(1500)
    shot(page, f"{size}-device-check")
    page.get_by_test_id("device-check-done").click()
    page.get_by_test_id("waiting-room").wait_for()
    shot(page, f"{size}-waiting")
    page.get_by_test_id("consent-accept").wait_for(timeout=15000)
    page.wait_for_timeout(600)
    shot(page, f"{size}-room-consent")
    page.get_by_test_id("consent-record").check()
    page.get_by_test_id("consent-transcribe").check()
    page.get_by_test_id("consent-accept").click()
    page.wait_for_timeout(8000)
    shot(page, f"{size}-room-patient")


def doctor_room(page, size):
    enter(page, "doctor")
    page.goto(f"{BASE}/visits/{LIVE}")
    page.get_by_test_id("device-check-done").click()
    page.get_by_test_id("consent-record").check()
    page.get_by_test_id("consent-transcribe").check()
    page.get_by_test_id("consent-accept").click()
    page.wait_for_timeout(800)
    shot(page, f"{size}-room-doctor-admit")
    page.locator(".admit-button").first.click()
    page.get_by_test_id("draft-statement").nth(4).wait_for(timeout=40000)
    frames = page.evaluate("document.querySelector('[data-testid=remote-video]').getVideoPlaybackQuality().totalVideoFrames")
    page.wait_for_timeout(3000)
    more = page.evaluate("document.querySelector('[data-testid=remote-video]').getVideoPlaybackQuality().totalVideoFrames")
    print("decoded frames", frames, more)
    page.get_by_test_id("draft-statement").nth(1).click()
    page.get_by_test_id("evidence-player").wait_for()
    page.wait_for_timeout(1500)
    shot(page, f"{size}-room-doctor")
    if size == "desktop":
        page.set_viewport_size({"width": 1040, "height": 780})
        shot(page, "tablet-room-doctor")
        page.set_viewport_size({"width": 1280, "height": 800})
        page.get_by_test_id("chat-input").fill("Hello")
        page.get_by_test_id("chat-send").click()
        page.get_by_test_id("chat-message").first.wait_for()
        page.get_by_test_id("device-menu").click()
        page.get_by_test_id("microphone-restart").click()
        page.get_by_test_id("toggle-camera").click()
        shot(page, f"{size}-room-devices")
        page.keyboard.press("Escape")
    else:
        page.get_by_test_id("panel-chat").click()
        shot(page, f"{size}-room-chat")
    page.get_by_test_id("end-visit").click()
    shot(page, f"{size}-room-end")
    page.get_by_test_id("end-visit-confirm").click()
    page.get_by_test_id("visit-ended").wait_for()
    shot(page, f"{size}-ended")


def note(page, size):
    enter(page, "doctor")
    page.goto(f"{BASE}/visits/{DRAFT}/note")
    page.get_by_test_id("statement-text").first.wait_for()
    shot(page, f"{size}-note")
    page.get_by_test_id("statement-text").first.fill("Cough for two weeks, dry, worse at night.")
    page.get_by_test_id("play-evidence").nth(2).click()
    page.wait_for_timeout(1200)
    shot(page, f"{size}-note-edit")
    other = page.context.new_page()
    other.goto(page.url)
    other.get_by_test_id("statement-text").nth(1).fill("Denies fever and chills.")
    other.get_by_test_id("note-save").click()
    other.wait_for_timeout(500)
    other.close()
    page.get_by_test_id("note-conflict").wait_for(timeout=12000)
    shot(page, f"{size}-note-conflict")
    page.get_by_test_id("conflict-keep-mine").click()
    page.wait_for_timeout(800)
    page.get_by_test_id("note-versions").click()
    page.wait_for_timeout(600)
    shot(page, f"{size}-note-versions")
    page.keyboard.press("Escape")
    page.wait_for_timeout(400)
    if size == "phone":
        page.get_by_test_id("note-sign").click()
        page.wait_for_timeout(300)
        shot(page, f"{size}-note-sign")
        page.get_by_test_id("note-sign-confirm").click()
        page.get_by_test_id("note-signed").wait_for()
    page.goto(f"{BASE}/visits/{SIGNED}/note")
    page.get_by_test_id("note-signed").wait_for()
    page.get_by_test_id("addendum-text").fill("Chest x-ray normal.")
    page.get_by_test_id("addendum-add").click()
    page.wait_for_timeout(500)
    shot(page, f"{size}-note-signed")


def main():
    SHOTS.mkdir(exist_ok=True)
    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path="/usr/bin/chromium", args=ARGS)
        for size, (width, height) in SIZES.items():
            for step in (sign_in, doctor_day, patient, scheduler, nurse, patient_room, doctor_room, note):
                if ONLY and step.__name__ not in ONLY and size not in ONLY:
                    continue
                context = browser.new_context(viewport={"width": width, "height": height}, permissions=["camera", "microphone"], has_touch=size == "phone")
                page = context.new_page()
                page.set_default_timeout(20000)
                page.on("console", lambda m: m.type in ("error", "warning") and "401" not in m.text and findings.append(f"console {m.type}: {m.text[:300]}"))
                page.on("pageerror", lambda e: findings.append(f"page error: {e}"))
                try:
                    step(page, size)
                except Exception as e:
                    findings.append(f"{size} {step.__name__}: {str(e)[:500]}")
                    page.screenshot(path=SHOTS / f"fail-{size}-{step.__name__}.png")
                context.close()
        browser.close()
    print("\n".join(dict.fromkeys(findings)) or "nothing found")


main()
