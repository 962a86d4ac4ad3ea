"""Two real browsers that may use nothing but the clinic's relay, over UDP, TCP and TLS, to our media plane."""

import asyncio
import base64
import hashlib
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.async_api import Browser, Page, async_playwright
from playwright.async_api import Error as PlaywrightError

from media import MediaPlane
from tests.integration.media.meeting import CHROMIUM, FLAGS, meeting, page_server
from tests.integration.turn_config.coturn import Relay, coturn, needs_coturn
from turn_config import ice_servers_for

pytestmark = [
    pytest.mark.integration,
    needs_coturn,
    pytest.mark.skipif(shutil.which("chromium") is None, reason="Chromium is not installed"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
PATH_TAKEN = """async () => {
  const stats = await peer.getStats(); const found = {};
  for (const one of stats.values()) {
    if (one.type === 'transport' && one.srtpCipher) found.srtp = one.srtpCipher;
    if (one.type === 'candidate-pair' && one.nominated) {
      const local = stats.get(one.localCandidateId); found.type = local.candidateType; found.by = local.relayProtocol;
    }
  }
  return found;
}"""


def trusted(certificate: Path) -> str:
    """Chromium's flag that accepts this key for TURN over TLS, and no other."""
    key = x509.load_pem_x509_certificate(certificate.read_bytes()).public_key()
    digest = hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()
    return f"--ignore-certificate-errors-spki-list={base64.b64encode(digest).decode()}"


async def enter(
    plane: MediaPlane, visit: UUID, browser: Browser, url: str, relay: Relay, transport: str
) -> Page:
    """A page in the room whose browser may send to the relay only. A machine in trouble has three tries."""
    for _ in range(3):
        who, page = uuid4(), await browser.new_page()
        [server] = ice_servers_for(who, datetime.now(UTC), relay.settings(transport))
        one = {"urls": list(server.urls), "username": server.username, "credential": server.credential}
        await page.goto(f"{url}?who={who}")
        await page.evaluate(
            "ice => { window.ice = ice }", {"iceServers": [one], "iceTransportPolicy": "relay"}
        )
        try:
            await asyncio.wait_for(page.evaluate("join(3, false)"), 40)
            return page
        except (PlaywrightError, TimeoutError):
            await page.close()
            await plane.disconnect(visit, who)
    raise AssertionError(f"no way in over {transport}: {relay.complaints}")


async def sees_and_hears(page: Page) -> None:
    async with asyncio.timeout(60):
        while True:
            found: dict[str, Any] = await page.evaluate("received()")
            frames = max((one["frames"] for one in found.values()), default=0)
            samples = max((one["samples"] for one in found.values()), default=0)
            if frames > 10 and samples > 48_000:
                return
            await asyncio.sleep(0.1)


async def talk(plane: MediaPlane, browser: Browser, relay: Relay, transport: str) -> list[dict[str, str]]:
    visit = uuid4()
    async with page_server(plane, visit) as url:
        pages = [await enter(plane, visit, browser, url, relay, transport) for _ in range(2)]
        for page in pages:
            await sees_and_hears(page)
        taken = [await page.evaluate(PATH_TAKEN) for page in pages]
        for page in pages:
            await page.close()
    await plane.close_room(visit)
    return taken


async def test_a_pair_that_may_only_relay_talks_over_udp_tcp_and_tls(tmp_path: Path) -> None:
    async with coturn(tmp_path) as relay, meeting() as (plane, _), async_playwright() as driver:
        flags = [*FLAGS, trusted(relay.certificate)]
        browser = await driver.chromium.launch(executable_path=CHROMIUM, args=flags)
        taken = {name: await talk(plane, browser, relay, name) for name in ("udp", "tcp", "tls")}
        await browser.close()
    for name, ends in taken.items():
        assert ends == [{"srtp": "SRTP_AEAD_AES_256_GCM", "type": "relay", "by": name}] * 2
