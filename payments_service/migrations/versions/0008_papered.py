"""Orders that have their invoice, so that those without are found however old they are."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    marker = sa.Column("is_papered", sa.Boolean(), server_default=sa.false(), nullable=False)
    op.add_column("order", marker)
    op.execute("""
        UPDATE "order" SET is_papered = true
        WHERE EXISTS (SELECT FROM invoice
                      WHERE invoice.order_id = "order".id AND invoice.kind = 'invoice')
    """)
    op.create_index(
        "ix_order_unpapered",
        "order",
        ["paid_at"],
        unique=False,
        postgresql_where=sa.text("paid_at IS NOT NULL AND amount > 0 AND NOT is_papered"),
    )


def downgrade() -> None:
    op.drop_index("ix_order_unpapered", table_name="order")
    op.drop_column("order", "is_papered")
