"""Planning jobs, and studies of the scenario lab.

`client` of a job: '' is the centre's own business (schedules), '*' all clients together, else one of them.
"""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

SEES = (
    "current_setting('jietong.clients', true) = '*' "
    "OR client = ANY(string_to_array(current_setting('jietong.clients', true), ','))"
)
SEES_OWN_CENTRE = f"client = '' OR {SEES}"
"""As SEES, and what is no client's is seen by every session that set a scope at all."""

TABLES = ("lab_study", "lab_version", "lab_scenario", "lab_run")

UP: tuple[str, ...] = (
    """
CREATE TABLE planning_job (
    id            text PRIMARY KEY,
    client        text NOT NULL,
    kind          text NOT NULL,           -- a name of jobs.model.KINDS
    subject       text NOT NULL,           -- what it is for, in its owner's words: schedule:…, study:…
    state         text NOT NULL CHECK (state IN
                  ('queued',               -- -> running | cancelled
                   'running',              -- -> done | failed | cancelled | interrupted
                   'done', 'failed', 'cancelled', 'interrupted')),  -- the last three -> queued, when started again
    args          jsonb,
    owner         text NOT NULL,           -- account, or token:<id>
    owner_name    text NOT NULL,
    runner        text,                    -- the process of ours that runs it, and which time
    made_at       bigint NOT NULL,         -- ms UTC, as all instants of these tables
    started_at    bigint,
    ended_at      bigint,
    share         double precision,        -- 0..1 of the work; null: cannot be known
    best          double precision,
    bound         double precision,
    text          text NOT NULL DEFAULT '',
    told_at       bigint,                  -- of the four above, and of `partial`
    partial       bytea,                   -- JSON: what there is of the result so far
    result        bytea,                   -- JSON, or bytes as they are
    result_json   boolean NOT NULL DEFAULT true,
    error         text,                    -- code
    error_detail  text
)
    """,
    "CREATE INDEX planning_job_open ON planning_job (made_at) WHERE state IN ('queued', 'running')",
    "CREATE INDEX planning_job_subject ON planning_job (subject, made_at)",
    "CREATE INDEX planning_job_made ON planning_job (made_at)",
    """
-- A day of the centre that scenarios are tried on. `client`: '*' all together.
CREATE TABLE lab_study (
    id           text PRIMARY KEY,
    client       text NOT NULL,
    title        text NOT NULL,
    of           jsonb NOT NULL,          -- which day, recorded or forecast
    queues       text[] NOT NULL,         -- empty: all of the client
    days         integer NOT NULL CHECK (days BETWEEN 2 AND 200),
    seed         integer NOT NULL,
    state        text NOT NULL CHECK (state IN ('preparing', 'ready', 'failed')),
    error        text NOT NULL DEFAULT '',
    job          text,                    -- that prepares it
    ground       jsonb NOT NULL,          -- the base, and where it comes from; not changed once ready
    made_at      bigint NOT NULL,
    made_by      text NOT NULL,
    made_by_name text NOT NULL
)
    """,
    "CREATE INDEX lab_study_made ON lab_study (made_at)",
    """
-- Assumptions; saved ones never change.
CREATE TABLE lab_version (
    study        text NOT NULL REFERENCES lab_study ON DELETE CASCADE,
    n            integer NOT NULL CHECK (n > 0),
    client       text NOT NULL,
    assumptions  jsonb NOT NULL,
    note         text NOT NULL DEFAULT '',
    made_at      bigint NOT NULL,
    made_by_name text NOT NULL,
    PRIMARY KEY (study, n)
)
    """,
    """
CREATE TABLE lab_scenario (
    id              text PRIMARY KEY,
    study           text NOT NULL REFERENCES lab_study ON DELETE CASCADE,
    client          text NOT NULL,
    place           integer NOT NULL,     -- among the study's
    name            text NOT NULL,        -- a planner's own; empty: worded by the change
    change          jsonb NOT NULL,
    made_at         bigint NOT NULL,
    planned_at      bigint,               -- somebody decided to do it
    planned_by_name text
)
    """,
    "CREATE INDEX lab_scenario_study ON lab_scenario (study, place)",
    """
CREATE TABLE lab_run (
    scenario text NOT NULL REFERENCES lab_scenario ON DELETE CASCADE,
    version  integer NOT NULL,
    client   text NOT NULL,
    job      text NOT NULL,
    result   jsonb,                       -- once it is done: the job is forgotten after a while
    PRIMARY KEY (scenario, version)
)
    """,
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)
    op.execute("ALTER TABLE planning_job ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE planning_job FORCE ROW LEVEL SECURITY")
    sees = f"current_setting('jietong.clients', true) IS NOT NULL AND ({SEES_OWN_CENTRE})"
    op.execute(f"CREATE POLICY planning_job_client ON planning_job USING ({sees}) WITH CHECK ({sees})")
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY {table}_client ON {table} USING ({SEES}) WITH CHECK ({SEES})")


def downgrade() -> None:
    op.execute(f"DROP TABLE {', '.join(reversed(TABLES))}, planning_job")
