"""What every part stands on: ids, clock, errors, database, jobs, outbox, bus, crypto, storage, telemetry,
the one HTTP route declaration and the embedded servers. No clinical word lives here; import the modules
(`from core.ids import new_id`), this package itself re-exports nothing.
"""

__all__: list[str] = []
