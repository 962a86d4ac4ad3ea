"""Consent to send (RFC 7675), asked so that a slow line can answer.

aioice 0.13 waits half a second for each answer, sends the question once, and ends the connection after six that it
missed. A line of 100 kbit/s with the queue of a home router answers after a second, a satellite's after 0.6 s: such
calls ended after 30 s, sound and all (seen in bench/media, figure "thin"). Here a question waits 3.5 s and is
repeated meanwhile; consent ends when none was answered for half a minute, as the RFC says.
"""

import asyncio
import random
import time
from collections.abc import Callable

from aioice import stun
from aioice.ice import CandidatePair, Connection

INTERVAL_S = 5.0
EXPIRES_S = 30.0
REPEATS = 2  # after 0.5 s and 1.5 s; the last one's answer may take 2 s more


def ask_patiently(ice: Connection) -> None:
    """Replace a connection's own consent checks, before it connects."""
    ice.query_consent = lambda: keep_asking(ice)  # type: ignore[method-assign]


async def keep_asking(
    ice: Connection, interval_s: float = INTERVAL_S, monotonic: Callable[[], float] = time.monotonic
) -> None:
    """Until the connection ends, or closes it because the peer has not answered for EXPIRES_S."""
    answered_at = monotonic()
    while True:
        await asyncio.sleep(interval_s * random.uniform(0.8, 1.2))  # noqa: S311 - spreads load, no secret
        for pair in list(ice._nominated.values()):
            if await _answers(ice, pair):
                answered_at = monotonic()
        if monotonic() - answered_at >= EXPIRES_S:
            ice._query_consent_task = None  # close() would cancel and await it, which is us
            await ice.close()
            return


async def _answers(ice: Connection, pair: CandidatePair) -> bool:
    request = ice.build_request(pair, nominate=False)
    key = (ice.remote_password or "").encode()
    try:
        await pair.protocol.request(request, pair.remote_addr, integrity_key=key, retransmissions=REPEATS)
    except stun.TransactionError:
        return False
    return True
