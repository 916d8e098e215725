"""Second factors, passkeys and linked providers, and what was shown to open a session."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _sessions()
    _codes()
    _passkeys()
    _providers()


def _sessions() -> None:
    op.create_table(
        "session_proof",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("methods", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("confirmed_at", MOMENT, nullable=False),
        _reference("session_proof", "session_id", "user_session.id"),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_session_proof")),
    )
    op.create_table(
        "spent_ceremony",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spent_ceremony")),
    )
    op.create_index(op.f("ix_spent_ceremony_expires_at"), "spent_ceremony", ["expires_at"])


def _codes() -> None:
    op.create_table(
        "totp",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("sealed_secret", sa.String(), nullable=True),
        sa.Column("sealed_pending", sa.String(), nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("enabled_at", MOMENT, nullable=True),
        sa.Column("last_used_at", MOMENT, nullable=True),
        _reference("totp", "account_id", "account.id"),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_totp")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("selector", sa.String(), nullable=False),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        _reference("recovery_code", "account_id", "account.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
        sa.UniqueConstraint(
            "account_id", "selector", name=op.f("uq_recovery_code_account_id_selector")
        ),
    )


def _passkeys() -> None:
    op.create_table(
        "passkey",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("transports", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("is_synced", sa.Boolean(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("last_used_at", MOMENT, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        _reference("passkey", "account_id", "account.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkey_credential_id")),
    )
    op.create_index(op.f("ix_passkey_account_id"), "passkey", ["account_id"])


def _providers() -> None:
    op.create_table(
        "provider_link",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("linked_at", MOMENT, nullable=False),
        sa.Column("last_used_at", MOMENT, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        _reference("provider_link", "account_id", "account.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider_link")),
        sa.UniqueConstraint("provider", "subject", name=op.f("uq_provider_link_provider_subject")),
        sa.UniqueConstraint(
            "account_id", "provider", name=op.f("uq_provider_link_account_id_provider")
        ),
    )


def _reference(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}")
    return sa.ForeignKeyConstraint([column], [target], name=name, ondelete="CASCADE")


def downgrade() -> None:
    op.drop_table("provider_link")
    op.drop_table("passkey")
    op.drop_table("recovery_code")
    op.drop_table("totp")
    op.drop_table("spent_ceremony")
    op.drop_table("session_proof")
