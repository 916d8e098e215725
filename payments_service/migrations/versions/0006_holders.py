"""What operators say of who is paid, and providers of disputes; who was told that coins expire."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in (
        sa.Column("holder_check", sa.Text(), server_default="unknown", nullable=False),
        sa.Column("holder_found", sa.String(), server_default="", nullable=False),
        sa.Column("holder_checked_with", sa.String(), server_default="", nullable=False),
        sa.Column("holder_checked_at", sa.DateTime(timezone=True), nullable=True),
    ):
        op.add_column("payout_account", column)
    fee = sa.Column("fee", sa.BigInteger(), server_default=sa.text("0"), nullable=False)
    op.add_column("dispute", fee)
    op.add_column("dispute", sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("coin_lot", sa.Column("warned_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("coin_lot", "warned_at")
    for name in ("seen_at", "fee"):
        op.drop_column("dispute", name)
    for name in ("holder_checked_at", "holder_checked_with", "holder_found", "holder_check"):
        op.drop_column("payout_account", name)
