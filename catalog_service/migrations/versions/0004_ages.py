"""From which age on a film is for; a film that nobody rated is for no profile with a limit."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("film", sa.Column("age_rating", sa.SmallInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("film", "age_rating")
