"""Place kept for its domain: nothing yet."""

revision = "0005_contacts"
down_revision = "0004_customers_knowledge"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
