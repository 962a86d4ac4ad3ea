"""How a process begins and ends: signals become an event, and a child goes when its supervisor goes."""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal

PR_SET_PDEATHSIG = 1  # <sys/prctl.h>


def stop_on_signals() -> asyncio.Event:
    """An event that SIGINT or SIGTERM sets. A second signal ends the process at once."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()

    def on_signal() -> None:
        if stop.is_set():
            os._exit(130)
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, on_signal)
    return stop


def end_with_parent() -> None:
    """Ask Linux for SIGTERM when the parent dies, so that kill -9 of `up` leaves no orphan holding the port."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
