"""`python -m app` is the `consultroom` command."""

import sys

from app.cli import main

sys.exit(main())
