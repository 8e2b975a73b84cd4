"""Forecasts: versions, what planners changed by hand, the calendar of events.

Versions are kept for good (of nightly ones, each day as it was forecast last before it began): how accurate they were
is computed from them and from what came, whenever it is asked.
"""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

SEES = (
    "current_setting('jietong.clients', true) = '*' "
    "OR client = ANY(string_to_array(current_setting('jietong.clients', true), ','))"
)
TABLES = ("planning_forecast", "planning_adjustment", "planning_event")

UP: tuple[str, ...] = (
    """
CREATE TABLE planning_forecast (
    id           text PRIMARY KEY,
    client       text NOT NULL,
    queue        text NOT NULL,
    made_at      bigint NOT NULL,        -- ms UTC, as all instants of these tables
    made_by      text NOT NULL,
    made_by_name text NOT NULL,
    first_day    text NOT NULL,          -- local days, ISO
    last_day     text NOT NULL,
    basis        jsonb NOT NULL,         -- what it was made from
    days         jsonb NOT NULL          -- per day and slot of the wall clock; of a nightly one, what no later tells
)
    """,
    "CREATE INDEX planning_forecast_queue ON planning_forecast (queue, made_at DESC)",
    """
CREATE TABLE planning_adjustment (
    id           text PRIMARY KEY,
    client       text NOT NULL,
    queue        text NOT NULL,
    first_day    text NOT NULL,
    last_day     text NOT NULL,
    from_s       integer NOT NULL CHECK (from_s >= 0),               -- seconds after local midnight, wall clock
    until_s      integer NOT NULL CHECK (until_s > from_s AND until_s <= 86400),
    how          text NOT NULL CHECK (how IN ('factor', 'add', 'total')),
    value        double precision NOT NULL CHECK (value >= 0 OR how = 'add'),
    note         text NOT NULL,
    made_at      bigint NOT NULL,
    made_by      text NOT NULL,
    made_by_name text NOT NULL,
    undone_at    bigint,                 -- taken back: it counts no more, and stays to be seen
    undone_by    text
)
    """,
    "CREATE INDEX planning_adjustment_queue ON planning_adjustment (queue, last_day)",
    """
CREATE TABLE planning_event (
    id           text PRIMARY KEY,
    version      integer NOT NULL,
    client       text NOT NULL,
    queues       text[] NOT NULL,        -- of that client
    title        text NOT NULL,
    kind         text NOT NULL CHECK (kind IN ('campaign', 'billing', 'launch', 'outage', 'other')),
    first_day    text NOT NULL,
    last_day     text NOT NULL,
    from_s       integer NOT NULL CHECK (from_s >= 0),
    until_s      integer NOT NULL CHECK (until_s > from_s AND until_s <= 86400),
    how          text NOT NULL CHECK (how IN ('factor', 'add', 'leave_out')),
    value        double precision NOT NULL,
    note         text NOT NULL,
    made_at      bigint NOT NULL,
    made_by_name text NOT NULL,
    removed_at   bigint
)
    """,
    "CREATE INDEX planning_event_days ON planning_event (last_day)",
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY {table}_client ON {table} USING ({SEES}) WITH CHECK ({SEES})")


def downgrade() -> None:
    op.execute(f"DROP TABLE {', '.join(reversed(TABLES))}")
