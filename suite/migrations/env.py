"""What alembic runs for every service; the connection and the tables come from `run.py`."""

from alembic import context

from suite.migrations.tables import is_ours

LOCK_TIMEOUT = "5s"

connection = context.config.attributes["connection"]
connection.exec_driver_sql(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
connection.commit()
context.configure(
    connection=connection,
    target_metadata=context.config.attributes["metadata"],
    transaction_per_migration=True,
    compare_server_default=True,
    include_name=is_ours,
)
with context.begin_transaction():
    context.run_migrations()
