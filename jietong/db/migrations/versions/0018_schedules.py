"""Shift patterns, terms, drafts, published schedules, requests.

None has a client: schedules of staff are the centre's own. Instants in ms UTC, days as ISO texts of the site's zone.
"""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

UP: tuple[str, ...] = (
    """
CREATE TABLE planning_document (
    kind       text NOT NULL,             -- pattern, terms, rules, group, template
    id         text NOT NULL,
    version    integer NOT NULL,
    spec       jsonb NOT NULL,
    changed_at bigint NOT NULL,
    changed_by text NOT NULL,
    PRIMARY KEY (kind, id)
)
    """,
    """
CREATE TABLE planning_revision (
    kind       text NOT NULL,
    id         text NOT NULL,
    version    integer NOT NULL,
    spec       jsonb NOT NULL,
    changed_at bigint NOT NULL,
    changed_by text NOT NULL,
    PRIMARY KEY (kind, id, version)
)
    """,
    """
CREATE FUNCTION planning_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO planning_revision VALUES
        (NEW.kind, NEW.id, NEW.version, NEW.spec, NEW.changed_at, NEW.changed_by)
    ON CONFLICT DO NOTHING;
    RETURN NEW;
END $$
    """,
    "CREATE TRIGGER planning_keep AFTER INSERT OR UPDATE ON planning_document "
    "FOR EACH ROW EXECUTE FUNCTION planning_keep()",
    """
-- The published schedule: what the ledger's `schedule.day` facts add up to (jietong schedule verify).
CREATE TABLE scheduled_day (
    site    text NOT NULL,
    agent   text NOT NULL,
    day     text NOT NULL,
    version integer NOT NULL,
    PRIMARY KEY (site, agent, day)
)
    """,
    "CREATE INDEX scheduled_day_day ON scheduled_day (site, day)",
    """
CREATE TABLE scheduled_span (
    site     text NOT NULL,
    agent    text NOT NULL,
    day      text NOT NULL,               -- the local day to which the shift belongs
    n        integer NOT NULL,
    started  bigint NOT NULL,
    ended    bigint NOT NULL CHECK (ended > started),
    activity text NOT NULL,
    paid     boolean NOT NULL,
    overtime boolean NOT NULL,
    PRIMARY KEY (site, agent, day, n)
)
    """,
    "CREATE INDEX scheduled_span_time ON scheduled_span (site, started)",
    """
CREATE TABLE schedule_version (
    site    text NOT NULL,
    n       integer NOT NULL,
    kind    text NOT NULL CHECK (kind IN ('draft', 'day', 'request', 'older')),
    draft   text,
    request text,
    older   integer,                      -- the version that was published again
    note    text NOT NULL,
    at      bigint NOT NULL,
    by      text NOT NULL,
    by_name text NOT NULL,
    PRIMARY KEY (site, n)
)
    """,
    """
-- What a version changed, person-day by person-day.
CREATE TABLE schedule_change (
    site   text NOT NULL,
    n      integer NOT NULL,
    agent  text NOT NULL,
    day    text NOT NULL,
    before jsonb NOT NULL,                -- spans
    after  jsonb NOT NULL,
    PRIMARY KEY (site, n, agent, day)
)
    """,
    "CREATE INDEX schedule_change_agent ON schedule_change (site, agent, day, n)",
    """
CREATE TABLE schedule_draft (
    id           text PRIMARY KEY,
    site         text NOT NULL,
    name         text NOT NULL,
    first_day    text NOT NULL,
    last_day     text NOT NULL,           -- inclusive
    state        text NOT NULL CHECK (state IN ('open', 'published', 'dropped')),
    rev          integer NOT NULL,
    published    integer,                 -- the version it became
    made_at      bigint NOT NULL,
    made_by_name text NOT NULL,
    changed_at   bigint NOT NULL,
    changed_by_name text NOT NULL
)
    """,
    """
-- Person-days that a draft has otherwise than the published schedule.
CREATE TABLE schedule_draft_day (
    draft   text NOT NULL REFERENCES schedule_draft ON DELETE CASCADE,
    agent   text NOT NULL,
    day     text NOT NULL,
    rev     integer NOT NULL,             -- of the draft, when it was changed last
    version integer NOT NULL,             -- of the published day that it was made from
    spans   jsonb NOT NULL,
    locked  boolean NOT NULL,
    invites jsonb NOT NULL,
    by      text NOT NULL,
    by_name text NOT NULL,
    at      bigint NOT NULL,
    PRIMARY KEY (draft, agent, day)
)
    """,
    """
CREATE TABLE schedule_edit (
    draft   text NOT NULL REFERENCES schedule_draft ON DELETE CASCADE,
    n       integer NOT NULL,             -- the draft's rev that it made
    edit    jsonb NOT NULL,
    before  jsonb NOT NULL,               -- person-days
    after   jsonb NOT NULL,
    undone  boolean NOT NULL DEFAULT false,
    undoes  integer,                      -- the edit that this one took back
    by      text NOT NULL,
    by_name text NOT NULL,
    at      bigint NOT NULL,
    PRIMARY KEY (draft, n)
)
    """,
    """
CREATE TABLE schedule_proposal (
    id      text PRIMARY KEY,             -- of the job that solves it
    draft   text NOT NULL REFERENCES schedule_draft ON DELETE CASCADE,
    rev     integer NOT NULL,             -- of the draft it was made from
    state   text NOT NULL CHECK (state IN ('asked', 'accepted', 'discarded')),
    problem jsonb NOT NULL,               -- what came of it is the job's result
    at      bigint NOT NULL,
    by      text NOT NULL,
    by_name text NOT NULL
)
    """,
    """
CREATE TABLE schedule_notice (
    id      text PRIMARY KEY,
    agent   text NOT NULL,
    at      bigint NOT NULL,
    code    text NOT NULL,
    params  jsonb NOT NULL,
    read_at bigint
)
    """,
    "CREATE INDEX schedule_notice_agent ON schedule_notice (agent, at)",
    """
CREATE TABLE schedule_request (
    id           text PRIMARY KEY,
    kind         text NOT NULL,           -- leave, swap, give_away, overtime, call_up
    state        text NOT NULL,
    agent        text NOT NULL,           -- who asks; of a call-up '' (the centre asks)
    partner      text,                    -- swap, give_away: who takes it; call_up: who accepted
    day          text NOT NULL,
    last_day     text NOT NULL,
    partner_day  text,                    -- swap: the day that comes back
    started      bigint,                  -- leave of part of a day; overtime; call_up
    ended        bigint,
    note         text NOT NULL,
    reason       text NOT NULL,           -- of a refusal
    automatic    boolean NOT NULL DEFAULT false,
    version      integer,                 -- of the schedule that it made
    places       integer NOT NULL DEFAULT 1,
    expires_at   bigint,
    params       jsonb NOT NULL,
    made_at      bigint NOT NULL,
    made_by      text NOT NULL,
    made_by_name text NOT NULL,
    decided_at   bigint,
    decided_by_name text
)
    """,
    "CREATE INDEX schedule_request_open ON schedule_request (state, day)",
    "CREATE INDEX schedule_request_agent ON schedule_request (agent, made_at)",
    """
-- Who was asked, of a swap or give-away to all and of a call-up, in the order of fairness.
CREATE TABLE schedule_offer (
    request     text NOT NULL REFERENCES schedule_request ON DELETE CASCADE,
    agent       text NOT NULL,
    place       integer NOT NULL,
    offered_at  bigint NOT NULL,
    answer      text CHECK (answer IN ('accepted', 'declined', 'late')),
    answered_at bigint,
    PRIMARY KEY (request, agent)
)
    """,
    "CREATE INDEX schedule_offer_agent ON schedule_offer (agent, offered_at)",
    """
CREATE TABLE schedule_wish (
    id      text PRIMARY KEY,
    agent   text NOT NULL,
    kind    text NOT NULL CHECK (kind IN ('on', 'off', 'pattern', 'not_pattern')),
    day     text,                         -- one local day, or …
    weekday integer,                      -- … each such weekday
    pattern text,
    weight  integer NOT NULL CHECK (weight BETWEEN 1 AND 5),
    note    text NOT NULL,
    made_at bigint NOT NULL
)
    """,
    "CREATE INDEX schedule_wish_agent ON schedule_wish (agent)",
    """
CREATE TABLE schedule_feed (
    agent   text PRIMARY KEY,
    digest  bytea NOT NULL UNIQUE,        -- SHA-256 of the token
    made_at bigint NOT NULL,
    read_at bigint
)
    """,
)
TABLES = (
    "schedule_feed", "schedule_wish", "schedule_offer", "schedule_request", "schedule_notice", "schedule_proposal",
    "schedule_edit", "schedule_draft_day", "schedule_draft", "schedule_change", "schedule_version", "scheduled_span",
    "scheduled_day", "planning_revision", "planning_document",
)  # fmt: skip


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    op.execute(f"DROP TABLE {', '.join(TABLES)}")
    op.execute("DROP FUNCTION planning_keep()")
