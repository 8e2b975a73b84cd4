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

TABLES = ("lab_study", "lab_version", "lab_scenario")

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
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)
    op.execute("ALTER TABLE planning_job ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE planning_job FORCE ROW LEVEL SECURITY")
    sees = f"current_setting('jietong.clients', true) IS NOT NULL AND ({SEES_OWN_CENTRE})"
    op.execute(f"CREATE POLICY planning_job_client ON planning_job USING ({sees}) WITH CHECK ({sees})")


def downgrade() -> None:
    op.execute("DROP TABLE planning_job")
