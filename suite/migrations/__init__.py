"""Migrations: one environment for every service; a service has only its versions.

A service with tables has `<service>/migrations/versions/0001_first.py`, `0002_….py` and nothing
else: ids are the numbers, `down_revision` the number before (None for the first). `upgrade()`
and `downgrade()` use `alembic.op` as ever. `lock_timeout` is set for all of them, since a migration
that waits for a lock makes everyone else wait behind it. Its metadata is `models.Table.metadata`.

A service with background tasks installs the queue in its first version:

    from kit import jobs
    def upgrade() -> None:
        for statement in jobs.INSTALL: op.execute(statement)

`./karangou migrate --new catalog_service "films have a trailer"` writes the next one.
"""
