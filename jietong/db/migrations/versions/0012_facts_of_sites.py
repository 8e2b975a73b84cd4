"""Contacts and stays know their site, so that an imported history stands beside the centre's own."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

UP: tuple[str, ...] = (
    """
-- The ledger that the row was made from: a site's own, or `<site>:import` for a history from elsewhere.
ALTER TABLE segment ADD COLUMN site text NOT NULL DEFAULT 'main'
    """,
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    op.execute("ALTER TABLE segment DROP COLUMN site")
