"""Timetables, destinations and deliveries of reports, and the archive of what was made.

`client` is the one whose figures a report shows; `*` stands for all clients together, and is seen by who sees all.
"""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

SEES = (
    "current_setting('jietong.clients', true) = '*' "
    "OR client = ANY(string_to_array(current_setting('jietong.clients', true), ','))"
)

TABLES = ("report_schedule", "report_edition", "report_file", "report_delivery", "report_opening", "report_file_link")

UP = (
    """
CREATE TABLE report_destination (
    id         text PRIMARY KEY CHECK (id <> ''),
    version    integer NOT NULL CHECK (version > 0),
    spec       jsonb NOT NULL,
    sealed     bytea,                       -- password or private key, encrypted
    active     boolean NOT NULL DEFAULT true,
    changed_at timestamptz NOT NULL
)
    """,
    """
CREATE TABLE report_schedule (
    id         text PRIMARY KEY CHECK (id <> ''),
    client     text NOT NULL,
    version    integer NOT NULL CHECK (version > 0),
    spec       jsonb NOT NULL,
    owner      text NOT NULL,               -- account, or token:<id>: reports are made with their right
    owner_name text NOT NULL,
    active     boolean NOT NULL,
    planned_at timestamptz NOT NULL,        -- occasions up to here have their deliveries
    next_at    timestamptz,                 -- the first after it; null: none
    changed_at timestamptz NOT NULL,
    deleted_at timestamptz                  -- the archive keeps what it made
)
    """,
    "CREATE INDEX report_schedule_next ON report_schedule (next_at) WHERE active AND deleted_at IS NULL",
    """
-- What was, or is to be, made of one occasion; a restated one has n 2 and more, with its reason.
CREATE TABLE report_edition (
    id           text PRIMARY KEY,
    client       text NOT NULL,
    schedule     text NOT NULL,
    at           timestamptz NOT NULL,
    n            integer NOT NULL CHECK (n > 0),
    title        text NOT NULL,
    language     text NOT NULL,
    state        text NOT NULL,             -- planned -> made, or planned -> given_up
    draft        boolean NOT NULL,
    reason       text NOT NULL DEFAULT '',
    first_at     timestamptz,               -- the period it tells of
    end_at       timestamptz,
    figures      bytea,                     -- sha-256 of the figures themselves
    digest       bytea,                     -- sha-256 over the digests of its files
    ready_at     timestamptz NOT NULL,
    deadline     timestamptz NOT NULL,
    next_try     timestamptz NOT NULL,
    tries        integer NOT NULL DEFAULT 0,
    lease        text,
    lease_until  timestamptz,
    error        text NOT NULL DEFAULT '',
    made_at      timestamptz,
    published_at timestamptz,               -- in the portal
    UNIQUE (schedule, at, n)
)
    """,
    "CREATE INDEX report_edition_due ON report_edition (next_try) WHERE state = 'planned'",
    "CREATE INDEX report_edition_made ON report_edition (made_at) WHERE state = 'made'",
    """
CREATE TABLE report_file (
    edition    text NOT NULL,
    n          integer NOT NULL,
    client     text NOT NULL,
    format     text NOT NULL,
    name       text NOT NULL,
    ascii_name text NOT NULL,
    media_type text NOT NULL,
    digest     bytea NOT NULL,
    data       bytea NOT NULL,
    PRIMARY KEY (edition, n)
)
    """,
    "ALTER TABLE report_file ALTER COLUMN data SET STORAGE EXTERNAL",
    """
CREATE TABLE report_delivery (
    id           text PRIMARY KEY,
    client       text NOT NULL,
    schedule     text NOT NULL,
    edition      text NOT NULL,
    destination  text NOT NULL,
    at           timestamptz NOT NULL,
    deadline     timestamptz NOT NULL,
    state        text NOT NULL,
    round        integer NOT NULL DEFAULT 1, -- counts "send again"
    attempts     jsonb NOT NULL DEFAULT '[]',
    tries        integer NOT NULL DEFAULT 0, -- of this round
    next_try     timestamptz,                -- null: nothing is left to do
    lease        text,
    lease_until  timestamptz,
    digest       bytea,
    bytes        bigint,
    receipt      jsonb,
    reached_at   timestamptz,                -- the first time
    escalated_at timestamptz,
    notice       jsonb                       -- a message about a late delivery, instead of a report
)
    """,
    "CREATE UNIQUE INDEX report_delivery_once ON report_delivery (edition, destination) WHERE notice IS NULL",
    "CREATE INDEX report_delivery_due ON report_delivery (next_try) WHERE next_try IS NOT NULL",
    "CREATE INDEX report_delivery_deadline ON report_delivery (deadline)",
    "CREATE INDEX report_delivery_schedule ON report_delivery (schedule, at)",
    """
CREATE TABLE report_opening (
    id      text PRIMARY KEY,
    client  text NOT NULL,
    edition text NOT NULL,
    who     text NOT NULL,                  -- account, token:<id> or link:<id>
    name    text NOT NULL,
    at      timestamptz NOT NULL,
    address text NOT NULL
)
    """,
    "CREATE INDEX report_opening_edition ON report_opening (edition, at)",
    """
CREATE TABLE report_file_link (
    id         text PRIMARY KEY,
    client     text NOT NULL,
    edition    text NOT NULL,
    file       integer NOT NULL,
    delivery   text NOT NULL,
    digest     bytea NOT NULL UNIQUE,       -- sha-256 of the secret in the address
    sealed     bytea NOT NULL,              -- the secret, for a message that is sent again
    made_at    timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    UNIQUE (delivery, file)
)
    """,
    *(
        statement
        for table in TABLES
        for statement in (
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            f"CREATE POLICY {table}_client ON {table} USING ({SEES}) WITH CHECK ({SEES})",
        )
    ),
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    op.execute(f"DROP TABLE {', '.join(reversed(TABLES))}, report_destination")
