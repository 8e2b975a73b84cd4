"""What has begun in calls and not ended: recordings and listeners, so that no end is lost with a process."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

SEES = (
    "current_setting('jietong.clients', true) = '*' "
    "OR client = ANY(string_to_array(current_setting('jietong.clients', true), ','))"
)
TABLES = ("recording_begun", "supervision_begun")

UP = (
    """
-- From the beginning of a recording until it has been handed over. A few rows at any time.
CREATE TABLE recording_begun (
    recording text PRIMARY KEY,
    client    text NOT NULL,
    contact   text NOT NULL,             -- of a message: the contact that it will be
    call      text NOT NULL,             -- the contact on whose line it is recorded
    queue     text,
    agent     text,
    talk      text NOT NULL,             -- the bridge; '': a message
    rule      text NOT NULL,
    consent   text,
    keep_days integer NOT NULL,
    started   bigint NOT NULL,           -- ms
    tracks    text[] NOT NULL,
    offsets   jsonb NOT NULL,            -- track -> ms after the beginning
    gaps      jsonb NOT NULL,            -- [[start, end, why]], ms after the beginning
    paused_at bigint,                    -- ms; null: not paused
    pause_why text NOT NULL,
    language  text NOT NULL,             -- of a message
    customer  text,
    ended     boolean NOT NULL           -- the ledger knows of its end; a message's contact has arrived
)
    """,
    """
CREATE TABLE supervision_begun (
    contact text NOT NULL,
    by      text NOT NULL,               -- account
    client  text NOT NULL,
    mode    text NOT NULL,
    PRIMARY KEY (contact, by)
)
    """,
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY {table}_client ON {table} USING ({SEES}) WITH CHECK ({SEES})")


def downgrade() -> None:
    op.execute("DROP TABLE supervision_begun, recording_begun")
