"""An address belongs to the account that verified it; links in mails, and devices seen before.

Everybody who is here already came by a link made for them, so their addresses count as verified.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("account", sa.Column("email_verified_at", MOMENT, nullable=True))
    op.add_column(
        "account", sa.Column("locale", sa.Text(), nullable=False, server_default=sa.text("'fr'"))
    )
    op.execute("UPDATE account SET email_verified_at = created_at")
    op.create_index(
        "uq_account_verified_email",
        "account",
        ["email"],
        unique=True,
        postgresql_where=sa.text("email_verified_at IS NOT NULL"),
    )
    op.create_index("ix_account_email", "account", ["email"])
    op.drop_constraint("uq_account_email", "account", type_="unique")
    _links()
    _devices()


def _links() -> None:
    op.create_table(
        "mail_link",
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_mail_link_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_mail_link_token_hash")),
    )
    op.create_index(op.f("ix_mail_link_account_id"), "mail_link", ["account_id"])
    op.create_index("ix_mail_link_email_created_at", "mail_link", ["email", "created_at"])
    op.create_index(op.f("ix_mail_link_expires_at"), "mail_link", ["expires_at"])


def _devices() -> None:
    op.create_table(
        "known_device",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("looks", sa.String(), nullable=False),
        sa.Column("first_at", MOMENT, nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_known_device_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "looks", name=op.f("pk_known_device")),
    )
    op.create_index(op.f("ix_known_device_last_at"), "known_device", ["last_at"])


def downgrade() -> None:
    """Accounts that never verified their address go: there is no room for them without this."""
    op.drop_table("known_device")
    op.drop_table("mail_link")
    op.execute("DELETE FROM account WHERE email_verified_at IS NULL")
    op.create_unique_constraint("uq_account_email", "account", ["email"])
    op.drop_index("ix_account_email", table_name="account")
    op.drop_index("uq_account_verified_email", table_name="account")
    op.drop_column("account", "locale")
    op.drop_column("account", "email_verified_at")
