"""Every page on a running demo clinic, desktop and phone: screenshots, and what axe-core finds on each.

    consultroom up --demo                                   in one terminal
    python web/dev/screens.py http://127.0.0.1:8080         writes web/dev/screens/*.png
"""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

BASE = sys.argv[1]
WAV = [a.removeprefix("wav=") for a in sys.argv[2:] if a.startswith("wav=")]
SHOTS = Path(__file__).parent / "screens"
AXE = (Path(__file__).parent.parent / "node_modules/axe-core/axe.min.js").read_text()
ARGS = ["--no-sandbox", "--disable-background-networking", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
SIZES = {"desktop": {"width": 1280, "height": 800}, "phone": {"width": 390, "height": 844}}
findings: list[str] = []


def shot(page: Page, name: str, *, full: bool = True) -> None:
    page.wait_for_timeout(400)
    page.screenshot(path=SHOTS / f"{name}.png", full_page=full)
    too_wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if too_wide > 0:
        findings.append(f"{name}: {too_wide} px too wide")
    page.evaluate(AXE)  # evaluated, not inserted: the page's policy refuses foreign scripts
    for found in page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]:
        node = found["nodes"][0]
        findings.append(f"{name}: {found['impact']} {found['id']} x{len(found['nodes'])} {node['target']} {node.get('failureSummary', '')[:240]}")
    print("shot", name, flush=True)


class Person:
    def __init__(self, browser, size: str, role: str) -> None:
        self.size, self.role = size, role
        self.context = browser.new_context(viewport=SIZES[size], has_touch=size == "phone", permissions=["camera", "microphone"], timezone_id="Europe/Berlin", locale="en-GB")
        self.page = self.context.new_page()
        self.page.set_default_timeout(25_000)
        self.page.on("pageerror", lambda e: findings.append(f"{size} {role}: page error {e}"))
        self.page.on("console", lambda m: m.type == "error" and "status of 4" not in m.text and findings.append(f"{size} {role}: console {m.text[:240]}"))
        self.page.goto(BASE + "/sign-in")
        self.hook(f"demo-account-{role}").wait_for()
        if role == "doctor":
            shot(self.page, f"{size}-sign-in")
        self.hook(f"demo-account-{role}").click()
        self.page.wait_for_url(BASE + "/")
        self.page.wait_for_load_state("networkidle")

    def hook(self, name: str):
        return self.page.get_by_test_id(name)

    def go(self, path: str) -> None:
        self.page.goto(BASE + path)

    def shot(self, name: str, *, full: bool = True) -> None:
        shot(self.page, f"{self.size}-{name}", full=full)


def scheduler_pages(one: Person, day: str) -> None:
    one.shot("scheduler")
    one.go("/availability")
    for name in ("from", "to"):
        one.hook(f"availability-{name}").fill(day)
    one.hook("availability-publish").click()
    one.hook("published").wait_for()
    one.shot("availability")


def booking(one: Person) -> str:
    one.shot("patient-visits")
    one.go("/book")
    one.page.locator(".slot-button").first.click()
    one.hook("book-reason").fill("Headache for three days")
    one.shot("book")
    taken = one.page.locator(".slot-button[aria-pressed=true]").get_attribute("data-testid").removeprefix("slot-")
    one.page.request.post(f"{BASE}/api/slots/{taken}/booking", data={}, headers={"Origin": BASE, "Idempotency-Key": f"rival-{taken}"})
    one.hook("book-confirm").click()
    one.page.locator("[data-testid=booked], [data-testid=booking-problem]").first.wait_for()
    if one.hook("booking-problem").count():
        one.shot("book-taken")
        others = one.hook("alternatives").locator("button")
        (others.first if others.count() else one.page.locator(".slot-button").nth(3)).click()
        one.hook("book-confirm").click()
    one.hook("booked").wait_for()
    one.shot("booked")
    return one.hook("booked").get_attribute("data-visit")


def agree(one: Person) -> None:
    for name in ("consent-record", "consent-transcribe"):
        one.hook(name).check()
    one.hook("consent-accept").click()


def meet(patient: Person, doctor: Person, visit: str) -> None:
    patient.go(f"/visits/{visit}")
    patient.hook("local-preview").wait_for()
    patient.page.wait_for_timeout(1200)
    patient.shot("device-check")
    patient.hook("device-check-done").click()
    patient.page.locator("[data-testid=waiting-room][data-announced=true]").wait_for()
    patient.shot("waiting-room")
    doctor.go("/")
    doctor.page.locator("[data-status=waiting]").first.wait_for()
    doctor.shot("doctor-day")
    doctor.go(f"/visits/{visit}")
    doctor.hook("local-preview").wait_for()
    doctor.hook("device-check-done").click()
    doctor.hook("consent-accept").wait_for()
    doctor.shot("room-consent", full=False)
    agree(doctor)
    doctor.page.locator(".admit-button").wait_for()
    doctor.shot("room-admit", full=False)
    doctor.page.locator(".admit-button").click()
    agree(patient)
    for one in (patient, doctor):
        one.page.wait_for_function("() => [...document.querySelectorAll('[data-testid=remote-video]')].some(v => v.videoWidth > 100)")
    patient.page.wait_for_timeout(1500)


def panel(one: Person, name: str) -> None:
    if one.hook(f"panel-{name}").is_visible():
        one.hook(f"panel-{name}").click()


def talk(patient: Person, doctor: Person) -> None:
    panel(doctor, "chat")
    doctor.hook("chat-input").fill("Can you hear me well?")
    doctor.hook("chat-send").click()
    panel(patient, "chat")
    patient.hook("chat-message").first.wait_for()
    patient.shot("room-patient", full=False)
    doctor.hook("device-menu").click()
    doctor.hook("microphone-restart").click()
    doctor.shot("room-devices", full=False)
    doctor.page.keyboard.press("Escape")
    patient.hook("toggle-microphone").click()
    patient.hook("toggle-camera").click()
    doctor.page.wait_for_timeout(1200)
    doctor.shot("room-camera-off", full=False)
    patient.hook("toggle-camera").click()
    patient.hook("toggle-microphone").click()
    if doctor.size == "desktop":
        doctor.page.set_viewport_size({"width": 1040, "height": 780})
        shot(doctor.page, "tablet-room", full=False)
        doctor.page.set_viewport_size(SIZES["desktop"])
    doctor.hook("end-visit").click()
    doctor.shot("room-end", full=False)
    doctor.hook("end-visit-confirm").click()
    doctor.hook("visit-ended").wait_for()
    patient.hook("visit-ended").wait_for()
    patient.shot("ended")


def watch(one: Person) -> str:
    """The demo consult: the only way to a transcript without a speaking microphone."""
    one.go("/")
    one.hook("demo-consult").click()
    one.page.wait_for_url("**/visits/**")
    visit = one.page.url.split("/visits/")[1].split("?")[0]
    panel(one, "note")
    one.hook("draft-statement").nth(4).wait_for(timeout=120_000)
    one.hook("draft-statement").first.click()
    one.page.wait_for_function("() => document.querySelector('[data-testid=evidence-media]')?.readyState >= 2")
    one.shot("watch", full=False)
    panel(one, "transcript")
    one.shot("watch-transcript", full=False)
    one.hook("visit-ended").wait_for(timeout=180_000)  # the simulated doctor ends it
    return visit


def note(one: Person, visit: str) -> None:
    one.go(f"/visits/{visit}/note")
    one.hook("statement-text").first.wait_for()
    one.shot("note")
    one.hook("statement-text").first.click()
    one.hook("statement-edit").fill("Headache for three days, worse in the morning.")
    one.page.keyboard.press("Enter")
    one.hook("play-evidence").nth(1).click()
    one.page.wait_for_timeout(1500)
    one.page.locator("[data-testid=note-status][data-sync='saved']").wait_for()
    one.shot("note-edited")
    one.hook("note-versions").click()
    one.hook("comparison").wait_for()
    one.shot("note-versions", full=False)
    one.page.keyboard.press("Escape")
    one.hook("note-sign").click()
    one.hook("note-sign-confirm").wait_for()
    one.shot("note-sign", full=False)
    one.hook("sign-all-read").check()
    one.hook("note-sign-confirm").click()
    one.hook("note-signed").wait_for()
    one.hook("addendum-text").fill("Patient called: the headache is better.")
    one.hook("addendum-add").click()
    one.hook("addendum").wait_for()
    one.shot("note-signed")
    one.go(f"/visits/{visit}/summary")
    one.hook("summary-section").first.wait_for()
    one.shot("summary")


def walk(browser, size: str, weeks: int) -> None:
    day = datetime.now(UTC).date() + timedelta(days=7 * weeks)
    scheduler = Person(browser, size, "scheduler")
    scheduler_pages(scheduler, (day - timedelta(days=day.weekday())).isoformat())
    Person(browser, size, "nurse").shot("nurse")
    patient, doctor = Person(browser, size, "patient"), Person(browser, size, "doctor")
    visit = booking(patient)
    meet(patient, doctor, visit)
    talk(patient, doctor)
    note(doctor, watch(doctor))
    patient.go("/")
    patient.hook("visit").first.wait_for()
    patient.shot("patient-after")


def main() -> None:
    SHOTS.mkdir(exist_ok=True)
    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path="/usr/bin/chromium", args=ARGS)
        for weeks, size in enumerate((s for s in SIZES if s in sys.argv or not set(SIZES) & set(sys.argv)), start=5):
            try:
                walk(browser, size, weeks)
            except Exception as error:  # the other size is still worth seeing
                findings.append(f"{size}: {str(error)[:600]}")
                for n, page in enumerate(page for context in browser.contexts for page in context.pages):
                    page.screenshot(path=SHOTS / f"fail-{size}-{n}.png")
        browser.close()
    print("\n".join(dict.fromkeys(findings)) or "axe and the console found nothing")


main()
