"""Flows: drafts, published versions, prompts, and the chats that a flow serves.

Revision ID: 0007
Revises: 0006
"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

SEES = (
    "current_setting('jietong.clients', true) = '*' "
    "OR client = ANY(string_to_array(current_setting('jietong.clients', true), ','))"
)
TABLES_OF_CLIENTS = ("flow", "flow_version", "flow_run")


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE flow (
            id text PRIMARY KEY CHECK (id <> ''),
            client text NOT NULL,
            name jsonb NOT NULL,
            draft jsonb,                         -- flow/v1; none: nothing has changed since the last version
            revision integer NOT NULL,           -- of the draft: each save counts it up
            drafted_at timestamptz NOT NULL,
            drafted_by text NOT NULL,
            published integer,                   -- the version that serves; none: not yet
            active boolean NOT NULL DEFAULT true,
            created_at timestamptz NOT NULL
        )
        """
    )
    # Versions never change: what a customer went through can be looked up for ever.
    op.execute(
        """
        CREATE TABLE flow_version (
            flow text NOT NULL REFERENCES flow,
            version integer NOT NULL CHECK (version > 0),
            client text NOT NULL,
            document jsonb NOT NULL,
            note text NOT NULL DEFAULT '',
            published_at timestamptz NOT NULL,
            published_by text NOT NULL,
            PRIMARY KEY (flow, version)
        )
        """
    )
    op.execute(
        """
        CREATE FUNCTION flow_version_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'a published version of a flow never changes';
        END $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER flow_version_final
        BEFORE UPDATE OF flow, version, document, published_at, published_by OR DELETE ON flow_version
        FOR EACH ROW EXECUTE FUNCTION flow_version_is_final()
        """
    )
    # Recordings of the centre's own announcements. One row each; the sound lies in files named by its digest.
    op.execute(
        """
        CREATE TABLE prompt (
            id text PRIMARY KEY CHECK (id <> ''),
            name jsonb NOT NULL,
            words jsonb NOT NULL,                -- language → what is said, for chats and for the synthetic voice
            revision integer NOT NULL,
            active boolean NOT NULL DEFAULT true,
            changed_at timestamptz NOT NULL,
            changed_by text NOT NULL
        )
        """
    )
    op.execute(
        """
        CREATE TABLE prompt_sound (
            prompt text NOT NULL REFERENCES prompt ON DELETE CASCADE,
            language text NOT NULL,
            digest text NOT NULL,                -- sha256 of the 16 kHz sound, hex: its name on disk
            duration_ms integer NOT NULL,
            bytes integer NOT NULL,
            uploaded_at timestamptz NOT NULL,
            uploaded_by text NOT NULL,
            PRIMARY KEY (prompt, language)
        )
        """
    )
    # Where a chat stands in its flow, so that it goes on after a restart.
    op.execute(
        """
        CREATE TABLE flow_run (
            contact text PRIMARY KEY,
            client text NOT NULL,
            flow text NOT NULL,
            version integer NOT NULL,
            state jsonb NOT NULL,
            at bigint NOT NULL                   -- ms
        )
        """
    )
    for table in TABLES_OF_CLIENTS:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY {table}_client ON {table} USING ({SEES}) WITH CHECK ({SEES})")


def downgrade() -> None:
    op.execute("DROP TABLE flow_run, prompt_sound, prompt, flow_version, flow")
    op.execute("DROP FUNCTION flow_version_is_final()")
