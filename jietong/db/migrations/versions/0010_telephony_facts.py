"""What telephony adds to the records of contacts: direction, flows, voice quality, and when a trunk was full."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

UP = (
    "ALTER TABLE contact ADD COLUMN direction text NOT NULL DEFAULT 'inbound'",
    """
ALTER TABLE segment
    ADD COLUMN direction text NOT NULL DEFAULT 'inbound',
    ADD COLUMN flow text,               -- of a stay in a flow
    ADD COLUMN node text,               -- the step by which it was left
    ADD COLUMN mos smallint             -- of a line's quality: mean opinion score in hundredths
    """,
    "CREATE INDEX segment_entry ON segment (entry, kind, arrived)",
    """
CREATE TABLE trunk_busy (
    site    text NOT NULL,
    seq     bigint NOT NULL,            -- of the event that began it
    trunk   text NOT NULL,
    started bigint NOT NULL,            -- every channel is taken from here on
    ended   bigint,                     -- null: still
    PRIMARY KEY (site, seq)
)
    """,
    "CREATE INDEX trunk_busy_trunk ON trunk_busy (trunk, started)",
    "CREATE UNIQUE INDEX trunk_busy_open ON trunk_busy (site, trunk) WHERE ended IS NULL",
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE trunk_busy")
    op.execute("DROP INDEX segment_entry")
    op.execute("ALTER TABLE segment DROP COLUMN direction, DROP COLUMN flow, DROP COLUMN node, DROP COLUMN mos")
    op.execute("ALTER TABLE contact DROP COLUMN direction")
