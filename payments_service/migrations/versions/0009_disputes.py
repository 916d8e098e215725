"""What of a dispute is booked, so that one that is turned round is booked by the difference."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

AMOUNT = {"server_default": sa.text("0"), "nullable": False}
# Of disputes that are over before this: what their journals say.
FILL = r"""
    UPDATE dispute SET
        held = CASE WHEN dispute.state = 'open' THEN dispute.amount ELSE 0 END,
        lost = CASE WHEN dispute.state = 'lost' THEN dispute.amount - coalesce((
            SELECT sum(posting.amount) FROM journal
            JOIN posting ON posting.journal_id = journal.id
            JOIN account ON account.id = posting.account_id
            WHERE journal.key = 'dispute:' || dispute.id || '\:lost'
              AND account.code LIKE 'asset\:provider\:%'), 0) ELSE 0 END,
        undone = coalesce((
            SELECT sum(posting.amount) FROM journal
            JOIN posting ON posting.journal_id = journal.id
            JOIN account ON account.id = posting.account_id
            JOIN "order" ON "order".id = dispute.order_id AND "order".currency = account.currency
            WHERE journal.key = 'dispute:' || dispute.id || '\:lost'
              AND account.code NOT LIKE 'asset\:%' AND account.code NOT LIKE 'expense\:exchange\:%'
        ), 0)
"""


def upgrade() -> None:
    for name in ("held", "lost", "undone"):
        op.add_column("dispute", sa.Column(name, sa.BigInteger(), **AMOUNT))
    op.add_column("dispute", sa.Column("moves", sa.Integer(), **AMOUNT))
    by_hand = sa.Column("is_by_hand", sa.Boolean(), server_default=sa.false(), nullable=False)
    op.add_column("dispute", by_hand)
    op.add_column("order", sa.Column("turn", sa.Integer(), **AMOUNT))
    op.execute(FILL)
    op.create_check_constraint("taken", "dispute", "held >= 0 AND lost >= 0 AND undone >= 0")


def downgrade() -> None:
    op.drop_constraint(op.f("ck_dispute_taken"), "dispute")
    op.drop_column("order", "turn")
    for name in ("is_by_hand", "moves", "undone", "lost", "held"):
        op.drop_column("dispute", name)
