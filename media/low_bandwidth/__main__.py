"""`python -m media.low_bandwidth FD`: makes copies until the other end of the socket FD is gone."""

import contextlib
import os
import resource
import socket
import sys

from media.low_bandwidth.child import Child

MEMORY = 3 * 1024**3  # a hostile picture must not take the machine's


def main() -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold pictures
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # nothing of this is ever written
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    os.nice(5)
    with contextlib.suppress(ConnectionError, KeyboardInterrupt):
        Child(socket.socket(fileno=int(sys.argv[1]))).run()


if __name__ == "__main__":
    main()
