"""Runs migrations over psycopg: one transaction, one migrator at a time, never waiting long for a lock."""

import importlib

from alembic import context
from sqlalchemy import Connection, create_engine, pool, text

from core.database import Base, driver_url

# Every module whose rows `alembic check` compares with the database.
_ROWS = ("core.outbox", "core.jobs", "core.http.idempotency", "audit.store", "access.store", "clinical_store.store",
         "scheduling.store", "signaling.fence", "transcription.clinic_speech",
         "soap.clinic_templates")  # fmt: skip
_FOREIGN_TABLES = "procrastinate_"
_MIGRATING = 0x636F6E73756C74  # "consult": the advisory lock


def _load_rows() -> None:
    for name in _ROWS:
        importlib.import_module(name)


def _is_ours(_object: object, name: str | None, kind: str, _reflected: bool, _compared: object) -> bool:
    return kind != "table" or not (name or "").startswith(_FOREIGN_TABLES)


def _migrate(connection: Connection) -> None:
    connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _MIGRATING})
    connection.execute(text("SET lock_timeout = '10s'"))
    connection.commit()
    try:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            include_object=_is_ours,
            compare_server_default=False,
        )
        with context.begin_transaction():
            context.run_migrations()
    finally:
        connection.rollback()
        connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _MIGRATING})
        connection.commit()


def run() -> None:
    """Migrate the database whose URL core.migrate put into the attributes."""
    if context.config.attributes.get("compare_rows"):  # an upgrade needs no row class: start-up stays quick
        _load_rows()
    url = driver_url(context.config.attributes["database_url"], "psycopg")
    engine = create_engine(
        url, poolclass=pool.NullPool, hide_parameters=True, connect_args={"connect_timeout": 10}
    )
    with engine.connect() as connection:
        _migrate(connection)


run()
