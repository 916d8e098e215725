"""Numbers that wait for their code, and chats for their link."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "waiting",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "channel", name=op.f("pk_waiting")),
    )
    op.create_index(op.f("ix_waiting_digest"), "waiting", ["digest"], unique=False)
    # Daily counts of what costs money.
    op.create_index(
        "ix_delivery_paid",
        "delivery",
        ["account_id", "created_at"],
        unique=False,
        postgresql_where=sa.text("channel IN ('sms', 'whatsapp')"),
    )


def downgrade() -> None:
    op.drop_index(
        "ix_delivery_paid",
        table_name="delivery",
        postgresql_where=sa.text("channel IN ('sms', 'whatsapp')"),
    )
    op.drop_index(op.f("ix_waiting_digest"), table_name="waiting")
    op.drop_table("waiting")
