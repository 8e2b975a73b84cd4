"""Service-level contracts: versions, exclusions, periods, statements, approvals.

`client` is who may see a row beside us: the client that we work for, or the partner that works for us.
"""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

SEES = (
    "current_setting('jietong.clients', true) = '*' "
    "OR client = ANY(string_to_array(current_setting('jietong.clients', true), ','))"
)
TABLES = (
    "sla_contract",
    "sla_version",
    "sla_approval",
    "sla_exclusion",
    "sla_evidence",
    "sla_period",
    "sla_statement",
    "sla_action",
    "sla_score",
    "sla_forecast",
    "sla_comment",
    "sla_work",
    "sla_standing",
)

UP: tuple[str, ...] = (
    """
CREATE TABLE sla_contract (
    id           text PRIMARY KEY,
    client       text NOT NULL,
    site         text NOT NULL,          -- whose facts count
    direction    text NOT NULL CHECK (direction IN ('client', 'partner')),
    made_at      bigint NOT NULL,        -- ms UTC, as all instants of these tables
    made_by      text NOT NULL,
    ended_on     text,                   -- the last local day, where it was ended before its time
    ended_reason text NOT NULL DEFAULT ''
)
    """,
    """
CREATE TABLE sla_version (
    contract         text NOT NULL REFERENCES sla_contract,
    n                integer NOT NULL,
    client           text NOT NULL,
    state            text NOT NULL CHECK (state IN ('draft', 'proposed', 'approved', 'rejected')),
    yaml             text NOT NULL,
    digest           text NOT NULL,      -- of the canonical form, hex
    starts           text NOT NULL,      -- local day from which it is in force
    note             text NOT NULL,
    made_at          bigint NOT NULL,
    made_by          text NOT NULL,      -- whoever changed the draft last
    made_by_name     text NOT NULL,
    editors          text[] NOT NULL,    -- all who ever changed it: none of them approves it
    proposed_at      bigint,
    proposed_by      text,
    PRIMARY KEY (contract, n)
)
    """,
    "CREATE UNIQUE INDEX sla_version_open ON sla_version (contract) WHERE state IN ('draft', 'proposed')",
    """
CREATE TABLE sla_approval (
    kind     text NOT NULL CHECK (kind IN ('version', 'exclusion', 'statement')),
    object   text NOT NULL,              -- <contract>/<n>, or the id
    side     text NOT NULL CHECK (side IN ('ours', 'theirs')),
    client   text NOT NULL,
    contract text NOT NULL REFERENCES sla_contract,
    decision text NOT NULL CHECK (decision IN ('approved', 'rejected')),
    digest   text NOT NULL,              -- of what was signed
    account  text NOT NULL,
    name     text NOT NULL,
    at       bigint NOT NULL,
    reason   text NOT NULL,
    PRIMARY KEY (kind, object, side)     -- a side decides once
)
    """,
    """
CREATE TABLE sla_exclusion (
    id                text PRIMARY KEY,
    client            text NOT NULL,
    contract          text NOT NULL REFERENCES sla_contract,
    state             text NOT NULL CHECK (state IN ('draft', 'submitted', 'approved', 'rejected', 'withdrawn')),
    version           integer NOT NULL,
    class             text NOT NULL,
    title             text NOT NULL,
    reason            text NOT NULL,
    started           bigint NOT NULL,
    ended             bigint NOT NULL CHECK (ended > started),
    services          text[] NOT NULL,   -- of the contract; empty: all
    made_at           bigint NOT NULL,
    made_by           text NOT NULL,
    made_by_name      text NOT NULL,
    submitted_at      bigint,
    submitted_by      text,
    submitted_by_name text
)
    """,
    "CREATE INDEX sla_exclusion_contract ON sla_exclusion (contract, started)",
    """
CREATE TABLE sla_evidence (
    id           text PRIMARY KEY,
    client       text NOT NULL,
    exclusion    text NOT NULL REFERENCES sla_exclusion ON DELETE CASCADE,
    title        text NOT NULL,
    url          text,                   -- of a link
    media        text,                   -- of a file, as the four below
    bytes        integer,
    digest       text,
    content      bytea,
    made_at      bigint NOT NULL,
    made_by_name text NOT NULL
)
    """,
    "CREATE INDEX sla_evidence_exclusion ON sla_evidence (exclusion)",
    """
CREATE TABLE sla_period (
    contract text NOT NULL REFERENCES sla_contract,
    key      text NOT NULL,              -- 2026-07
    client   text NOT NULL,
    started  bigint NOT NULL,
    ended    bigint NOT NULL,
    state    text NOT NULL CHECK (state IN ('provisional', 'final')),
    PRIMARY KEY (contract, key)
)
    """,
    """
CREATE TABLE sla_statement (
    id           text PRIMARY KEY,
    client       text NOT NULL,
    contract     text NOT NULL REFERENCES sla_contract,
    period       text NOT NULL,
    edition      integer NOT NULL,       -- 1; corrections 2, 3 …
    number       text NOT NULL UNIQUE,
    state        text NOT NULL CHECK (state IN ('draft', 'final', 'replaced')),
    digest       text NOT NULL,          -- SHA-256 of `document`, hex
    document     text NOT NULL,          -- canonical JSON: inputs, result, ledger heads. Never changed
    reason       text NOT NULL,          -- why restated
    made_at      bigint NOT NULL,
    made_by      text NOT NULL,
    made_by_name text NOT NULL,
    final_at     bigint,
    differs      jsonb,                  -- what the ledger now says otherwise; null: nothing known
    checked_at   bigint,
    UNIQUE (contract, period, edition)
)
    """,
    "CREATE UNIQUE INDEX sla_statement_draft ON sla_statement (contract, period) WHERE state = 'draft'",
    """
CREATE TABLE sla_action (
    id           text PRIMARY KEY,
    client       text NOT NULL,
    contract     text NOT NULL REFERENCES sla_contract,
    period       text,
    text         jsonb NOT NULL,         -- by language; what a person wrote stands under all three
    expected     jsonb NOT NULL,
    owner        text NOT NULL,
    due          text,
    done_at      bigint,
    made_at      bigint NOT NULL,
    made_by_name text NOT NULL
)
    """,
    "CREATE INDEX sla_action_contract ON sla_action (contract, due)",
    """
CREATE TABLE sla_score (
    id        text PRIMARY KEY,
    client    text NOT NULL,
    contract  text NOT NULL REFERENCES sla_contract,
    period    text NOT NULL,
    objective text NOT NULL,
    score     numeric NOT NULL,
    sample    integer NOT NULL,
    panel     text NOT NULL,
    note      text NOT NULL,
    at        bigint NOT NULL,
    by        text NOT NULL,
    by_name   text NOT NULL
)
    """,
    "CREATE INDEX sla_score_contract ON sla_score (contract, period, objective, at)",
    """
CREATE TABLE sla_forecast (
    contract  text NOT NULL REFERENCES sla_contract,
    period    text NOT NULL,
    client    text NOT NULL,
    total     double precision NOT NULL,
    days      jsonb NOT NULL,
    locked_at bigint,
    by_name   text NOT NULL,
    PRIMARY KEY (contract, period)
)
    """,
    """
CREATE TABLE sla_comment (
    id       text PRIMARY KEY,
    client   text NOT NULL,
    contract text NOT NULL REFERENCES sla_contract,
    object   text NOT NULL,
    side     text NOT NULL,
    text     text NOT NULL,
    at       bigint NOT NULL,
    by       text NOT NULL,
    by_name  text NOT NULL
)
    """,
    "CREATE INDEX sla_comment_contract ON sla_comment (contract, at)",
    """
-- What takes long to compute, by the digest of what it is computed from.
CREATE TABLE sla_work (
    contract text NOT NULL REFERENCES sla_contract,
    kind     text NOT NULL,
    digest   text NOT NULL,
    client   text NOT NULL,
    at       bigint NOT NULL,
    result   jsonb NOT NULL,
    PRIMARY KEY (contract, kind)
)
    """,
    """
-- The last standing of each contract, for lists and alarms.
CREATE TABLE sla_standing (
    contract text PRIMARY KEY REFERENCES sla_contract,
    client   text NOT NULL,
    at       bigint NOT NULL,
    view     jsonb NOT NULL
)
    """,
    """
CREATE FUNCTION sla_unchanging() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_TABLE_NAME = 'sla_statement' THEN
        IF (NEW.document, NEW.digest, NEW.number, NEW.contract, NEW.period, NEW.edition)
           IS DISTINCT FROM (OLD.document, OLD.digest, OLD.number, OLD.contract, OLD.period, OLD.edition) THEN
            RAISE EXCEPTION 'a statement never changes';
        END IF;
    ELSIF OLD.state <> 'draft' AND (NEW.yaml, NEW.digest, NEW.starts, NEW.n)
           IS DISTINCT FROM (OLD.yaml, OLD.digest, OLD.starts, OLD.n) THEN
        RAISE EXCEPTION 'a proposed version never changes';
    END IF;
    RETURN NEW;
END $$
    """,
    "CREATE TRIGGER sla_statement_unchanging BEFORE UPDATE ON sla_statement "
    "FOR EACH ROW EXECUTE FUNCTION sla_unchanging()",
    "CREATE TRIGGER sla_version_unchanging BEFORE UPDATE ON sla_version "
    "FOR EACH ROW EXECUTE FUNCTION sla_unchanging()",
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
    op.execute("DROP FUNCTION sla_unchanging()")
