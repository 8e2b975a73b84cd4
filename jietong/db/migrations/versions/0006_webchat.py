"""Place kept for its domain: nothing yet."""

revision = "0006_webchat"
down_revision = "0005_contacts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
