"""Web chat: widgets, sessions of customers' browsers, the words of a contact, attachments, survey answers.

Revision ID: 0006
Revises: 0005
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

SEES = (
    "current_setting('jietong.clients', true) = '*' "
    "OR client = ANY(string_to_array(current_setting('jietong.clients', true), ','))"
)
TABLES_OF_CLIENTS = ("chat_session", "chat_contact", "message", "attachment", "chat_survey")


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE widget (
            id text PRIMARY KEY CHECK (id <> ''),
            version integer NOT NULL CHECK (version > 0),
            spec jsonb NOT NULL,
            secret text,                         -- signs the embedding site's identity tokens (HMAC-SHA256)
            changed_at timestamptz NOT NULL,
            changed_by text NOT NULL
        )
        """
    )
    # One browser, from its first contact on. The token itself is known to the browser alone.
    op.execute(
        """
        CREATE TABLE chat_session (
            id text PRIMARY KEY,
            token_hash bytea NOT NULL UNIQUE,
            client text NOT NULL,
            widget text NOT NULL,
            contact text,                        -- the latest
            customer text,
            profile jsonb NOT NULL,
            language text NOT NULL,
            simulated boolean NOT NULL DEFAULT false,
            created_at timestamptz NOT NULL
        )
        """
    )
    # What the chat knows of a contact beyond the ledger: whose browser, under which name.
    op.execute(
        """
        CREATE TABLE chat_contact (
            contact text PRIMARY KEY,
            client text NOT NULL,
            session text NOT NULL,
            widget text NOT NULL,
            queue text NOT NULL,
            customer text,
            customer_name text,
            reply_by text,                       -- of a left message: phone, sms, email
            started bigint NOT NULL              -- ms
        )
        """
    )
    op.execute("CREATE INDEX chat_contact_session ON chat_contact (session)")
    # The words. `n` equals message.posted's n: rows are written by the single writer in the ledger's order.
    op.execute(
        """
        CREATE TABLE message (
            id text PRIMARY KEY,
            contact text NOT NULL,
            client text NOT NULL,
            n integer NOT NULL,
            at bigint NOT NULL,                  -- ms
            author text NOT NULL,
            agent text,
            text text NOT NULL,
            attachment text,
            client_key text NOT NULL,            -- the sender's idempotency id
            UNIQUE (contact, n),
            UNIQUE (contact, client_key)
        )
        """
    )
    op.execute(
        """
        CREATE TABLE attachment (
            id text PRIMARY KEY,
            client text NOT NULL,
            session text,                        -- the customer's browser that sent it
            agent text,                          -- or the agent
            contact text,                        -- set when a message shows it
            name text NOT NULL,
            type text NOT NULL,                  -- what it really is, not what its name says
            size bigint NOT NULL,
            digest text NOT NULL,                -- sha256, hex: its name on disk
            key text NOT NULL,                   -- lets the contact's customer fetch it
            created_at timestamptz NOT NULL
        )
        """
    )
    op.execute("CREATE INDEX attachment_contact ON attachment (contact)")
    op.execute("CREATE INDEX attachment_loose ON attachment (created_at) WHERE contact IS NULL")
    op.execute("CREATE INDEX attachment_digest ON attachment (digest)")
    op.execute(
        """
        CREATE TABLE chat_survey (
            contact text PRIMARY KEY,
            client text NOT NULL,
            score integer NOT NULL CHECK (score BETWEEN 1 AND 5),
            resolved boolean,
            comment text NOT NULL DEFAULT '',
            at bigint NOT NULL
        )
        """
    )
    for table in TABLES_OF_CLIENTS:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY {table}_client ON {table} USING ({SEES}) WITH CHECK ({SEES})")


def downgrade() -> None:
    op.execute("DROP TABLE chat_survey, attachment, message, chat_contact, chat_session, widget")
