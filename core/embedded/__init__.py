"""PostgreSQL and Valkey from their wheels, for one machine without servers of its own.

Both speak on unix sockets in a folder only their owner enters, keep their data below `data_dir`, survive kill
-9, and stop in order. Production gives DATABASE_URL and REDIS_URL instead.
"""

from core.embedded.postgres import EmbeddedPostgres, start_postgres
from core.embedded.process import EmbeddedError
from core.embedded.valkey import EmbeddedValkey, start_valkey

__all__ = ["EmbeddedError", "EmbeddedPostgres", "EmbeddedValkey", "start_postgres", "start_valkey"]
