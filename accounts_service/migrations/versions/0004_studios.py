"""Invitations, studios, acting as a viewer, merges; API clients get owners and two secrets.

The secrets that are in use move to a table of their own; the old column stays filled, since the
code of before reads it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _studios()
    _invitations()
    _acting()
    _clients()


def _studios() -> None:
    op.create_table(
        "studio",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_studio")),
    )
    op.create_table(
        "studio_member",
        sa.Column("studio_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("joined_at", MOMENT, nullable=False),
        _reference("studio_member", "studio_id", "studio.id", "CASCADE"),
        _reference("studio_member", "account_id", "account.id", "CASCADE"),
        sa.PrimaryKeyConstraint("studio_id", "account_id", name=op.f("pk_studio_member")),
    )
    op.create_index(op.f("ix_studio_member_account_id"), "studio_member", ["account_id"])


def _invitations() -> None:
    op.create_table(
        "invitation",
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("studio_id", sa.Uuid(), nullable=True),
        sa.Column("studio_role", sa.Text(), nullable=True),
        sa.Column("inviter", sa.String(), nullable=False),
        sa.Column("is_mailed", sa.Boolean(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("accepted_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(studio_id IS NULL) = (studio_role IS NULL)",
            name=op.f("ck_invitation_studio_with_role"),
        ),
        _reference("invitation", "studio_id", "studio.id", "CASCADE"),
        _reference("invitation", "accepted_by", "account.id", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitation_token_hash")),
    )
    op.create_index(op.f("ix_invitation_studio_id"), "invitation", ["studio_id"])
    op.create_index(
        "ix_invitation_pending",
        "invitation",
        ["email"],
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def _acting() -> None:
    op.create_table(
        "acting",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("admin_id", sa.Uuid(), nullable=False),
        sa.Column("admin_name", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        _reference("acting", "account_id", "account.id", "CASCADE"),
        _reference("acting", "session_id", "user_session.id", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acting")),
        sa.UniqueConstraint("session_id", name=op.f("uq_acting_session_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_acting_token_hash")),
    )
    op.create_index(op.f("ix_acting_account_id"), "acting", ["account_id"])
    op.create_table(
        "account_merge",
        sa.Column("from_id", sa.Uuid(), nullable=False),
        sa.Column("into_id", sa.Uuid(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("merged_at", MOMENT, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        _reference("account_merge", "from_id", "account.id", "CASCADE"),
        _reference("account_merge", "into_id", "account.id", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_merge")),
        sa.UniqueConstraint("from_id", name=op.f("uq_account_merge_from_id")),
    )
    op.create_index(op.f("ix_account_merge_into_id"), "account_merge", ["into_id"])


def _clients() -> None:
    op.add_column("api_client", sa.Column("owner_id", sa.Uuid(), nullable=True))
    op.add_column(
        "api_client",
        sa.Column("is_bounded", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.create_index(op.f("ix_api_client_owner_id"), "api_client", ["owner_id"])
    op.create_foreign_key(
        op.f("fk_api_client_owner_id"),
        "api_client",
        "account",
        ["owner_id"],
        ["id"],
        ondelete="CASCADE",
    )
    op.create_table(
        "client_secret",
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("secret_hash", sa.String(), nullable=False),
        sa.Column("hint", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=True),
        sa.Column("last_used_at", MOMENT, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        _reference("client_secret", "client_id", "api_client.id", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client_secret")),
    )
    op.create_index(op.f("ix_client_secret_client_id"), "client_secret", ["client_id"])
    op.execute(
        "INSERT INTO client_secret (id, client_id, secret_hash, hint, created_at, last_used_at)"
        " SELECT id, id, secret_hash, '', created_at, last_used_at FROM api_client"
    )
    op.create_table(
        "client_calls",
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("process", sa.Uuid(), nullable=False),
        sa.Column("calls", sa.BigInteger(), nullable=False),
        _reference("client_calls", "client_id", "api_client.id", "CASCADE"),
        sa.PrimaryKeyConstraint(
            "client_id", "day", "service", "process", name=op.f("pk_client_calls")
        ),
    )


def downgrade() -> None:
    op.drop_table("client_calls")
    op.drop_table("client_secret")
    op.drop_constraint(op.f("fk_api_client_owner_id"), "api_client")
    op.drop_index(op.f("ix_api_client_owner_id"), "api_client")
    op.drop_column("api_client", "is_bounded")
    op.drop_column("api_client", "owner_id")
    for table in ("account_merge", "acting", "invitation", "studio_member", "studio"):
        op.drop_table(table)


def _reference(table: str, column: str, target: str, on_delete: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}")
    return sa.ForeignKeyConstraint([column], [target], name=name, ondelete=on_delete)
