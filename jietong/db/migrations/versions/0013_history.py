"""Closed days of facts: what is in the history's files."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

UP: tuple[str, ...] = (
    """
-- A local day of a site whose facts lie in files too, which are read while `covered = changes`.
CREATE TABLE history_day (
    site       text NOT NULL,            -- facts of both its ledgers
    day        date NOT NULL,
    zone       text NOT NULL,            -- IANA, by which the day was cut
    starts     bigint NOT NULL,          -- ms, as all instants here
    ends       bigint NOT NULL,
    changes    bigint NOT NULL,          -- how often its facts have changed since the day was first closed
    changed_at bigint,                   -- the last time
    covered    bigint NOT NULL,          -- … up to which change the files go; -1 before there are any
    version    integer NOT NULL,         -- how often it was written; 0 before there are any files
    folder     text,                     -- below the history's own
    files      jsonb NOT NULL,           -- [{name, bytes, sha256, rows}]
    layout     text,                     -- digest of the columns of facts
    sums       text,                     -- digest of the stored sums' shapes and columns
    written_at bigint,
    PRIMARY KEY (site, day, zone)
)
    """,
    # Days are read whole, of one site.
    "DROP INDEX segment_arrived",
    "CREATE INDEX segment_arrived ON segment (site, arrived)",
    "CREATE INDEX agent_interval_ended ON agent_interval (site, ended)",
    "CREATE INDEX trunk_busy_ended ON trunk_busy (site, ended)",
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP INDEX trunk_busy_ended")
    op.execute("DROP INDEX agent_interval_ended")
    op.execute("DROP INDEX segment_arrived")
    op.execute("CREATE INDEX segment_arrived ON segment (kind, arrived)")
    op.execute("DROP TABLE history_day")
