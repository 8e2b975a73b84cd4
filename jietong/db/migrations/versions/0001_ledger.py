"""The ledger: append-only events with a digest chain, its head, and the snapshots that shorten a replay."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

UP = (
    """
CREATE TABLE ledger_head (
    site   text PRIMARY KEY,
    seq    bigint NOT NULL,        -- of the last event; 0: none yet
    at     bigint NOT NULL,        -- ms UTC of the newest event: time never runs backwards within a ledger
    digest bytea  NOT NULL,        -- of the last event: the chain's end
    epoch  bigint NOT NULL         -- of the writer that may append; a higher one fences all lower ones
) WITH (fillfactor = 20)          -- one hot row, rewritten in place with every commit
    """,
    """
CREATE TABLE event (
    site    text   NOT NULL,
    seq     bigint NOT NULL,       -- 1, 2, 3 … without a gap within the site, in commit order
    at      bigint NOT NULL,       -- ms UTC
    type    text   NOT NULL,
    contact text,
    agent   text,
    key     text,                  -- of the command that made it: a repeated command does nothing
    data    json   NOT NULL,       -- canonical bytes, kept as written: the digest is made of them
    digest  bytea  NOT NULL,
    PRIMARY KEY (site, seq, at)
) PARTITION BY RANGE (at)
    """,
    "CREATE INDEX event_contact ON event (contact, seq) WHERE contact IS NOT NULL",
    "CREATE INDEX event_agent ON event (agent, at, seq) WHERE agent IS NOT NULL",
    """
CREATE FUNCTION event_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is append-only: % of % is refused', lower(TG_OP), TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$
    """,
    """
CREATE TRIGGER event_is_final BEFORE UPDATE OR DELETE ON event
    FOR EACH ROW EXECUTE FUNCTION event_is_final()
    """,
    """
CREATE TRIGGER event_is_not_emptied BEFORE TRUNCATE ON event
    FOR EACH STATEMENT EXECUTE FUNCTION event_is_final()
    """,
    """
-- One calendar month (UTC) of events. Built apart and then attached, so that nobody waits for it.
CREATE FUNCTION event_month(instant bigint) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    first date := date_trunc('month', to_timestamp(instant / 1000.0) AT TIME ZONE 'UTC')::date;
    low   bigint := extract(epoch FROM first::timestamp AT TIME ZONE 'UTC') * 1000;
    high  bigint := extract(epoch FROM (first + interval '1 month') AT TIME ZONE 'UTC') * 1000;
    name  text := 'event_' || to_char(first, 'YYYY_MM');
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('jietong.event_month'));
    IF to_regclass(name) IS NOT NULL THEN
        RETURN name;
    END IF;
    EXECUTE format('CREATE TABLE %I (LIKE event INCLUDING ALL, CHECK (at >= %s AND at < %s))', name, low, high);
    EXECUTE format('ALTER TABLE event ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)', name, low, high);
    EXECUTE format('CREATE TRIGGER event_is_not_emptied BEFORE TRUNCATE ON %I
                    FOR EACH STATEMENT EXECUTE FUNCTION event_is_final()', name);
    RETURN name;
END $$
    """,
    """
CREATE TABLE snapshot (
    site     text   NOT NULL,
    seq      bigint NOT NULL,      -- the state after this event
    chain    bytea  NOT NULL,      -- the digest of that event: a snapshot belongs to one ledger
    at       bigint NOT NULL,      -- ms UTC when it was taken
    version  text   NOT NULL,      -- of the program that took it
    checksum bytea  NOT NULL,      -- SHA-256 of content
    content  bytea  NOT NULL,
    PRIMARY KEY (site, seq)
)
    """,
    "ALTER TABLE snapshot ALTER COLUMN content SET STORAGE EXTERNAL",  # compressed already
)

DOWN = (
    "DROP TABLE snapshot",
    "DROP TABLE event",
    "DROP FUNCTION event_month(bigint)",
    "DROP FUNCTION event_is_final()",
    "DROP TABLE ledger_head",
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
