"""The tables of the queue: PgQueuer's own, installed by each service's first migration.

Differences from PgQueuer's installation: its trigger notifies on every insert, claim and
completion, ours only when there may be something to do; and vacuum follows the churn closely.
All statements may be run again.
"""

from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment
from pgqueuer.adapters.persistence.schema_ddl import render_converge
from pgqueuer.domain.settings import DBSettings

CHANNEL = "ch_pgqueuer"
_settings = DBSettings()
_own = QueryBuilderEnvironment(_settings)

_NOTIFY = (
    """
    CREATE OR REPLACE FUNCTION fn_pgqueuer_waiting() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (SELECT FROM added) THEN  -- a statement that adds nothing fires this too
            PERFORM pg_notify('ch_pgqueuer', '');
        END IF;
        RETURN NULL;
    END $$
    """,
    "DROP TRIGGER IF EXISTS tg_pgqueuer_changed ON pgqueuer",
    """
    CREATE OR REPLACE TRIGGER tg_pgqueuer_waiting AFTER INSERT ON pgqueuer
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION fn_pgqueuer_waiting()
    """,
)

INSTALL: tuple[str, ...] = (
    *render_converge(_settings),
    *(one for one in _own.build_optimize_autovacuum_query().split(";") if one.strip()),
    *_NOTIFY,
)
UNINSTALL: tuple[str, ...] = (
    *(one for one in _own.build_uninstall_query().split(";") if one.strip()),
    "DROP FUNCTION IF EXISTS fn_pgqueuer_waiting()",
)
