"""Calls: who called where; passwords of trunks and extensions; trunks, numbers and extensions as set-up.

Revision ID: 0008
Revises: 0007
"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

SEES = (
    "current_setting('jietong.clients', true) = '*' "
    "OR client = ANY(string_to_array(current_setting('jietong.clients', true), ','))"
)
BEFORE = ("site", "client", "skill", "hours", "queue", "agent", "reason")
NEW = ("trunk", "number", "extension")


def upgrade() -> None:
    _kinds((*BEFORE, *NEW))
    # Numbers lie here alone, never in the ledger or in logs: who sees one whole has an audit entry.
    op.execute(
        """
        CREATE TABLE call (
            contact text PRIMARY KEY,
            client text NOT NULL,
            direction text NOT NULL CHECK (direction IN ('inbound', 'outbound')),
            entry text NOT NULL,                 -- the number that was dialled; outbound: the one that was shown
            trunk text,                          -- null: inside, or from the web page
            caller text,                         -- the customer's: E.164, or as presented; null: withheld
            dialled text NOT NULL,               -- as the switch had it
            leg text NOT NULL,                   -- the customer's
            started_at bigint NOT NULL,          -- ms
            extra jsonb NOT NULL DEFAULT '{}'    -- what call control notes beside
        )
        """
    )
    op.execute("CREATE INDEX call_caller ON call (client, caller, started_at) WHERE caller IS NOT NULL")
    op.execute("CREATE INDEX call_started ON call (started_at)")
    op.execute("ALTER TABLE call ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE call FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY call_client ON call USING ({SEES}) WITH CHECK ({SEES})")
    # Encrypted by a key that lies in a file, not here. Of the centre, not of a client.
    for table in ("trunk_secret", "extension_secret"):
        op.execute(
            f"""
            CREATE TABLE {table} (
                id text PRIMARY KEY,
                sealed bytea NOT NULL,
                changed_at bigint NOT NULL       -- ms
            )
            """
        )


def downgrade() -> None:
    op.execute("DROP TABLE extension_secret, trunk_secret, call")
    op.execute(f"DELETE FROM setup_document WHERE kind IN {NEW}")
    op.execute(f"DELETE FROM setup_revision WHERE kind IN {NEW}")
    _kinds(BEFORE)


def _kinds(kinds: tuple[str, ...]) -> None:
    op.execute("ALTER TABLE setup_document DROP CONSTRAINT setup_document_kind_check")
    op.execute(f"ALTER TABLE setup_document ADD CONSTRAINT setup_document_kind_check CHECK (kind IN {kinds})")
