"""Adherence: scheduled time beside what was done, exceptions, changes of the day.

The first three are made from the ledger's `schedule.day` and `schedule.excused` facts and can be made anew. None has
a client: the time of staff is the centre's own. Instants in ms UTC, days as ISO texts of the site's zone.
"""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

UP: tuple[str, ...] = (
    "ALTER TABLE agent_interval ADD COLUMN busy_since bigint",  # of a state with a contact: since when unbroken
    "UPDATE agent_interval SET busy_since = started WHERE state IN ('offered', 'talking', 'hold', 'wrapup')",
    """
CREATE TABLE person_day (
    site      text NOT NULL,
    agent     text NOT NULL,
    day       text NOT NULL,             -- on which the shift starts
    version   integer NOT NULL,
    zone      text NOT NULL,             -- of the site when it was published
    by        text NOT NULL,
    part_time boolean NOT NULL,
    spans     jsonb NOT NULL,
    PRIMARY KEY (site, agent, day)
)
    """,
    """
CREATE TABLE excused_time (
    site      text NOT NULL,
    id        text NOT NULL,
    agent     text NOT NULL,
    started   bigint NOT NULL,
    ended     bigint NOT NULL,
    note      text NOT NULL,
    by        text NOT NULL,
    at        bigint NOT NULL,
    withdrawn boolean NOT NULL,
    PRIMARY KEY (site, id)
)
    """,
    "CREATE INDEX excused_time_agent ON excused_time (site, agent, ended)",
    """
CREATE TABLE planned_time (
    site         text NOT NULL,
    seq          bigint NOT NULL,        -- of the event that changed it last
    agent        text NOT NULL,
    day          text NOT NULL,
    started      bigint NOT NULL,
    ended        bigint NOT NULL CHECK (ended > started),
    activity     text,                   -- null: the day as a whole
    planned_from bigint NOT NULL,        -- where the scheduled span began, of which this is a part
    excused      boolean NOT NULL,
    paid         boolean NOT NULL,
    overtime     boolean NOT NULL,
    part_time    boolean NOT NULL
)
    """,
    "CREATE INDEX planned_time_day ON planned_time (site, agent, day)",
    "CREATE INDEX planned_time_ended ON planned_time (site, ended)",
    """
-- What was done about the day, so that it can be seen and taken back.
CREATE TABLE day_action (
    id      text PRIMARY KEY,
    site    text NOT NULL,
    day     text NOT NULL,
    kind    text NOT NULL,               -- the lever
    params  jsonb NOT NULL,              -- what the sentence on screen needs
    before  jsonb NOT NULL,              -- person-days as they were, to be put back
    after   jsonb NOT NULL,
    effect  jsonb NOT NULL,              -- as it was told when it was done
    at      bigint NOT NULL,
    by      text NOT NULL,
    by_name text NOT NULL,
    undone_at      bigint,
    undone_by_name text
)
    """,
    "CREATE INDEX day_action_day ON day_action (site, day, at)",
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE day_action, planned_time, excused_time, person_day")
    op.execute("ALTER TABLE agent_interval DROP COLUMN busy_since")
