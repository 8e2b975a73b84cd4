"""Contacts as records, their segments, agents' intervals, notes, and how far the ledger has been followed."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

SEES = (
    "current_setting('jietong.clients', true) = '*' "
    "OR client = ANY(string_to_array(current_setting('jietong.clients', true), ','))"
)
TABLES_OF_CLIENTS = ("contact", "segment", "contact_facet", "contact_note", "contact_edit")

UP = (
    """
CREATE TABLE contact (
    id         text PRIMARY KEY,
    site       text NOT NULL,
    client     text NOT NULL,
    customer   text,                    -- the file it belongs to; follow merges through customer.merged_into
    channel    text NOT NULL,
    entry      text NOT NULL,           -- widget, number or mailbox
    language   text NOT NULL,
    simulated  boolean NOT NULL,
    arrived    bigint NOT NULL,         -- ms UTC, as all instants of these tables
    ended      bigint,                  -- the customer's part is over; null: still going on
    queue      text,                    -- the first
    queues     text[] NOT NULL,         -- all, in order
    agent      text,                    -- who handled it last
    agents     text[] NOT NULL,
    outcome    text,
    ended_by   text,
    reason     text,
    resolved   boolean,
    csat       smallint,
    wait_ms    bigint NOT NULL,         -- Σ of its stays in queues
    talk_ms    bigint NOT NULL,
    hold_ms    bigint NOT NULL,
    wrapup_ms  bigint NOT NULL,
    transfers  integer NOT NULL,
    missed     integer NOT NULL,        -- offers that ran out
    messages   integer NOT NULL,
    busy       boolean NOT NULL,        -- an agent still talks or wraps up
    seq        bigint NOT NULL,         -- the ledger's event that changed it last
    fold       bytea                    -- where the folding of its events stands; null: nothing more can come
)
    """,
    "CREATE INDEX contact_arrived ON contact (arrived DESC, id DESC)",
    "CREATE INDEX contact_customer ON contact (customer, arrived DESC, id DESC) WHERE customer IS NOT NULL",
    "CREATE INDEX contact_unfolded ON contact (ended) WHERE fold IS NOT NULL AND NOT busy",
    """
CREATE TABLE segment (
    contact   text NOT NULL,
    n         integer NOT NULL,
    kind      text NOT NULL,
    client    text NOT NULL,
    channel   text NOT NULL,
    entry     text NOT NULL,
    simulated boolean NOT NULL,
    started   bigint NOT NULL,
    arrived   bigint NOT NULL,          -- whose interval it belongs to in service figures
    ended     bigint,                   -- null: still going on; all below are null until then
    outcome   text,
    queue     text,
    agent     text,
    part_time boolean NOT NULL,
    cause     text,
    target_ms bigint,                   -- the queue's X on arrival
    short_ms  bigint,
    since     bigint,                   -- where the wait is counted from
    wait_ms   bigint,
    talk_ms   bigint,
    hold_ms   bigint,
    wrapup_ms bigint,
    holds     integer,
    reason    text,
    resolved  boolean,
    score     smallint,
    PRIMARY KEY (contact, n)
)
    """,
    "CREATE INDEX segment_arrived ON segment (kind, arrived)",
    "CREATE INDEX segment_queue ON segment (queue, kind, arrived) WHERE queue IS NOT NULL",
    "CREATE INDEX segment_agent ON segment (agent, started) WHERE agent IS NOT NULL",
    """
-- The explorer's filters as one narrow table: each page is read from an index, however many contacts there are.
-- Only comparisons that may run before row-level security (text and bigint) are needed to use it.
CREATE TABLE contact_facet (
    facet   text NOT NULL,              -- 'queue:returns', 'agent:…', 'had:missed_offer' …
    arrived bigint NOT NULL,
    contact text NOT NULL,
    client  text NOT NULL,
    PRIMARY KEY (facet, arrived, contact)
)
    """,
    "CREATE INDEX contact_facet_contact ON contact_facet (contact)",
    """
CREATE TABLE agent_interval (
    site      text NOT NULL,
    seq       bigint NOT NULL,          -- of the event that began it
    agent     text NOT NULL,
    started   bigint NOT NULL,
    ended     bigint,                   -- null: the present one
    state     text NOT NULL,
    reason    text,
    queue     text,
    part_time boolean NOT NULL,
    skills    text[] NOT NULL,          -- in force: 'repair:4' …
    PRIMARY KEY (site, seq)
)
    """,
    "CREATE INDEX agent_interval_agent ON agent_interval (agent, started, seq)",
    "CREATE UNIQUE INDEX agent_interval_open ON agent_interval (site, agent) WHERE ended IS NULL",
    """
CREATE TABLE contact_note (
    id          text PRIMARY KEY,
    contact     text NOT NULL,          -- notes outlive a rebuild of the records
    client      text NOT NULL,
    author      text NOT NULL,
    author_name text NOT NULL,
    text        text NOT NULL,
    at          timestamptz NOT NULL
)
    """,
    "CREATE INDEX contact_note_contact ON contact_note (contact, at)",
    """
-- Corrections by people, each kept. The record shows the last; figures follow the ledger alone.
CREATE TABLE contact_edit (
    n           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    contact     text NOT NULL,
    client      text NOT NULL,
    field       text NOT NULL CHECK (field IN ('reason', 'resolved')),
    value       jsonb NOT NULL,
    author      text NOT NULL,
    author_name text NOT NULL,
    at          timestamptz NOT NULL
)
    """,
    "CREATE INDEX contact_edit_contact ON contact_edit (contact, n)",
    """
CREATE TABLE projection (
    site  text NOT NULL,
    name  text NOT NULL,
    seq   bigint NOT NULL,              -- the ledger is followed up to here
    state bytea,
    PRIMARY KEY (site, name)
)
    """,
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)
    for table in TABLES_OF_CLIENTS:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY {table}_of_client ON {table} USING ({SEES})")


def downgrade() -> None:
    op.execute("DROP TABLE contact_edit, contact_note, contact_facet, agent_interval, segment, contact, projection")
