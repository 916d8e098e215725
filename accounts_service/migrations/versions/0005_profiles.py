"""Profiles, who watches on an account, consents, exports, planned deletions.

The log still refuses changes, but for one: when a person is forgotten, their name and what was
noted of their deeds are emptied. Who did what to what, and when, stays.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

REFUSE = """
    CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        {unless}
        RAISE EXCEPTION 'The audit log is only ever added to.'
        USING ERRCODE = 'restrict_violation';
    END $$
"""
UNLESS_FORGETTING = """
        IF TG_OP = 'UPDATE' AND current_setting('accounts.forgetting', true) = 'on' THEN
            IF (OLD.id, OLD.at, OLD.recorded_at, OLD.service, OLD.actor_kind, OLD.actor_id,
                OLD.action, OLD.target, OLD.request_id)
               IS NOT DISTINCT FROM
               (NEW.id, NEW.at, NEW.recorded_at, NEW.service, NEW.actor_kind, NEW.actor_id,
                NEW.action, NEW.target, NEW.request_id)
               AND NEW.actor_name IN (OLD.actor_name, '') AND NEW.details = '{}'::jsonb THEN
                RETURN NEW;
            END IF;
        END IF;
"""
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _profile()
    _viewing()
    _privacy()
    op.execute(REFUSE.replace("{unless}", UNLESS_FORGETTING))


def downgrade() -> None:
    op.execute(REFUSE.replace("{unless}", ""))
    for name in ("deletion", "export", "consent", "watching", "viewing_pin", "viewing_profile"):
        op.drop_table(name)
    op.drop_table("avatar_file")
    op.drop_table("profile")


def _profile() -> None:
    op.create_table(
        "profile",
        _account(),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("country", sa.String(), nullable=True),
        sa.Column("bio", sa.Text(), nullable=False),
        sa.Column("links", postgresql.JSONB(), nullable=False),
        sa.Column("avatar_id", sa.Uuid(), nullable=True),
        sa.Column("slug", sa.String(), nullable=True),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_profile")),
        sa.UniqueConstraint("slug", name=op.f("uq_profile_slug")),
        _of_account("profile"),
    )
    where = sa.text("is_public")
    op.create_index("ix_profile_public", "profile", ["account_id"], postgresql_where=where)
    op.create_table(
        "avatar_file",
        sa.Column("avatar_id", sa.Uuid(), nullable=False),
        sa.Column("width", sa.SmallInteger(), nullable=False),
        _account(),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("avatar_id", "width", name=op.f("pk_avatar_file")),
        _of_account("avatar_file"),
    )
    op.create_index(op.f("ix_avatar_file_account_id"), "avatar_file", ["account_id"])


def _viewing() -> None:
    op.create_table(
        "viewing_profile",
        _account(),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("max_age", sa.SmallInteger(), nullable=True),
        sa.Column("colour", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_viewing_profile")),
        _of_account("viewing_profile"),
    )
    op.create_index(op.f("ix_viewing_profile_account_id"), "viewing_profile", ["account_id"])
    op.create_table(
        "viewing_pin",
        _account(),
        sa.Column("pin_hash", sa.String(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_viewing_pin")),
        _of_account("viewing_pin"),
    )
    op.create_table(
        "watching",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("profile_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_watching")),
        _of("watching", "session_id", "user_session"),
        _of("watching", "profile_id", "viewing_profile"),
    )
    op.create_index(op.f("ix_watching_profile_id"), "watching", ["profile_id"])


def _privacy() -> None:
    op.create_table(
        "consent",
        _account(),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
        _of_account("consent"),
    )
    op.create_index(op.f("ix_consent_account_id"), "consent", ["account_id"])
    op.create_table(
        "export",
        _account(),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("requested_at", MOMENT, nullable=False),
        sa.Column("ready_at", MOMENT, nullable=True),
        sa.Column("expires_at", MOMENT, nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export")),
        _of_account("export"),
    )
    op.create_index(op.f("ix_export_account_id"), "export", ["account_id"])
    op.create_index(op.f("ix_export_expires_at"), "export", ["expires_at"])
    op.create_table(
        "deletion",
        _account(),
        sa.Column("requested_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("started_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_deletion")),
    )
    op.create_index(op.f("ix_deletion_due_at"), "deletion", ["due_at"])


def _account() -> sa.Column[object]:
    return sa.Column("account_id", sa.Uuid(), nullable=False)


def _of_account(table: str) -> sa.ForeignKeyConstraint:
    return _of(table, "account_id", "account")


def _of(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete="CASCADE")
