"""Recordings: their keys, where they lie, what is still to be taken in, holds, deletions and their certificates.

Revision ID: 0009
Revises: 0008
"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

SEES = (
    "current_setting('jietong.clients', true) = '*' "
    "OR client = ANY(string_to_array(current_setting('jietong.clients', true), ','))"
)
TABLES_OF_CLIENTS = (
    "recording_key",
    "recording_intake",
    "recording",
    "recording_track",
    "recording_hold",
    "recording_certificate",
    "recording_fact",
    "recording_missing",
)

UP = (
    """
-- One data key after another for each client, wrapped by a master key that lies in a file, never here.
CREATE TABLE recording_key (
    id          text PRIMARY KEY,
    client      text NOT NULL,
    master      text NOT NULL,           -- id of the master key that wraps it
    wrapped     bytea,                   -- null: shredded, what was encrypted with it is gone for good
    made_at     bigint NOT NULL,         -- ms UTC, as all instants of these tables
    retired_at  bigint,                  -- not used for new recordings any more
    shredded_at bigint
)
    """,
    """
CREATE UNIQUE INDEX recording_key_current ON recording_key (client)
    WHERE retired_at IS NULL AND shredded_at IS NULL
    """,
    """
-- What the switch has finished and we have not yet brought into safety; committed before anything is done.
CREATE TABLE recording_intake (
    recording text PRIMARY KEY,
    client    text NOT NULL,
    job       jsonb NOT NULL,
    stage     text NOT NULL CHECK (stage IN ('store', 'clear')),  -- store -> clear (plain files) -> no row
    noted_at  bigint NOT NULL,
    due_at    bigint NOT NULL,
    attempts  integer NOT NULL DEFAULT 0,
    told      text                       -- the trouble that was made known already
)
    """,
    "CREATE INDEX recording_intake_due ON recording_intake (due_at)",
    """
CREATE TABLE recording (
    id          text PRIMARY KEY,
    contact     text NOT NULL,
    client      text NOT NULL,
    queue       text,
    agent       text,
    rule        text NOT NULL,           -- always | share | on_demand | voicemail
    consent     text,                    -- the announcement that was heard: prompt id and version
    started     bigint NOT NULL,
    duration_ms bigint NOT NULL,
    gaps        jsonb NOT NULL,          -- [{start, end, why}], ms after the beginning
    lacking     text[] NOT NULL,         -- tracks that should be there and are not
    keep_days   integer NOT NULL,
    keep_until  bigint NOT NULL,
    stored_at   bigint NOT NULL,
    verified_at bigint NOT NULL,         -- last found whole
    damaged     text,                    -- what verifying found, null: whole
    state       text NOT NULL CHECK (state IN ('stored', 'deleting', 'deleted')),
    deleting    jsonb                    -- why, rule, by whom: set with 'deleting', never changed after
)
    """,
    "CREATE INDEX recording_contact ON recording (contact, started)",
    "CREATE INDEX recording_due ON recording (keep_until, id) WHERE state = 'stored'",
    "CREATE INDEX recording_deleting ON recording (id) WHERE state = 'deleting'",
    "CREATE INDEX recording_client ON recording (client, started)",
    """
CREATE TABLE recording_track (
    recording  text NOT NULL REFERENCES recording (id),
    name       text NOT NULL CHECK (name IN ('customer', 'agent', 'mix')),
    client     text NOT NULL,
    key        text NOT NULL REFERENCES recording_key (id),
    path       text NOT NULL,            -- below the folder of recordings
    bytes      bigint NOT NULL,          -- of the plain file
    digest     text NOT NULL,            -- SHA-256 of the plain file, hex
    rate       integer NOT NULL,         -- samples a second; 0: no WAV that we can read
    data_at    bigint NOT NULL,          -- where the samples begin in the plain file
    frames     bigint NOT NULL,
    offset_ms  bigint NOT NULL,          -- its beginning, after the recording's
    peaks      bytea NOT NULL,           -- a byte for each tenth of a second: 255·√(peak/full scale)
    PRIMARY KEY (recording, name)
)
    """,
    "CREATE INDEX recording_track_key ON recording_track (key)",
    """
-- Legal holds. While one of a contact is open, none of its recordings is deleted, whoever asks.
CREATE TABLE recording_hold (
    id             text PRIMARY KEY,
    contact        text NOT NULL,
    client         text NOT NULL,
    reason         text NOT NULL,
    set_at         bigint NOT NULL,
    set_by         text NOT NULL,
    set_by_name    text NOT NULL,
    lifted_at      bigint,
    lifted_by      text,
    lifted_by_name text,
    lifted_reason  text
)
    """,
    "CREATE UNIQUE INDEX recording_hold_open ON recording_hold (contact) WHERE lifted_at IS NULL",
    "CREATE INDEX recording_hold_client ON recording_hold (client, set_at)",
    """
CREATE TABLE recording_certificate (
    id        text PRIMARY KEY,
    recording text NOT NULL UNIQUE,
    contact   text NOT NULL,
    client    text NOT NULL,
    at        bigint NOT NULL,
    why       text NOT NULL,             -- retention | request
    document  text NOT NULL,             -- canonical JSON
    digest    text NOT NULL,             -- SHA-256 of the document, hex; also in the audit entry
    audit_seq bigint NOT NULL
)
    """,
    "CREATE INDEX recording_certificate_client ON recording_certificate (client, at DESC)",
    """
-- Facts that are done here and not yet told to the writer.
CREATE TABLE recording_fact (
    n      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    client text NOT NULL,
    key    text NOT NULL UNIQUE,
    fact   jsonb NOT NULL
)
    """,
    """
-- What should have been recorded and is not there. A row goes when the recording comes after all.
CREATE TABLE recording_missing (
    recording text PRIMARY KEY,
    contact   text NOT NULL,
    client    text NOT NULL,
    agent     text,
    started   bigint NOT NULL,
    why       text NOT NULL,
    at        bigint NOT NULL
)
    """,
    "CREATE INDEX recording_missing_at ON recording_missing (at DESC)",
    """
-- One row for each day's retention; a run that was cut off goes on where it stopped.
CREATE TABLE recording_run (
    day        text PRIMARY KEY,         -- local, ISO 8601
    cutoff     bigint NOT NULL,
    started_at bigint NOT NULL,
    ended_at   bigint,
    deleted    integer NOT NULL DEFAULT 0,
    held       integer NOT NULL DEFAULT 0,
    failed     integer NOT NULL DEFAULT 0,
    bytes      bigint NOT NULL DEFAULT 0
)
    """,
    """
-- The last guard, below all code: what is held cannot be put on its way out.
CREATE FUNCTION recording_held_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM recording_hold WHERE contact = OLD.contact AND lifted_at IS NULL) THEN
        RAISE EXCEPTION 'recording % is on legal hold', OLD.id USING ERRCODE = 'JT001';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END
$$
    """,
    """
CREATE TRIGGER recording_held BEFORE UPDATE OF state ON recording
    FOR EACH ROW WHEN (OLD.state = 'stored' AND NEW.state <> 'stored')
    EXECUTE FUNCTION recording_held_guard()
    """,
    """
CREATE TRIGGER recording_held_row BEFORE DELETE ON recording
    FOR EACH ROW EXECUTE FUNCTION recording_held_guard()
    """,
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)
    for table in TABLES_OF_CLIENTS:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY {table}_of_client ON {table} USING ({SEES}) WITH CHECK ({SEES})")


def downgrade() -> None:
    op.execute("DROP TABLE recording_run, recording_missing, recording_fact, recording_certificate, recording_hold")
    op.execute("DROP TABLE recording_track, recording, recording_intake, recording_key")
    op.execute("DROP FUNCTION recording_held_guard")
