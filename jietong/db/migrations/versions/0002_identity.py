"""Accounts, sessions, trusted computers, API tokens, the guard of the sign-in, and the audit log with its chain."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ACCOUNTS = (
    """
CREATE TABLE account (
    id              text PRIMARY KEY,
    version         integer NOT NULL DEFAULT 1,
    login           text NOT NULL,
    login_key       text NOT NULL UNIQUE,        -- NFKC, case folded: what logins are compared by
    name            text NOT NULL,
    password        text,                        -- argon2id; null: nobody can sign in with a password
    password_at     timestamptz,
    roles           text[] NOT NULL,
    clients         text[],                      -- null: all clients
    agent_id        text UNIQUE,
    language        text NOT NULL,
    theme           text NOT NULL,
    active          boolean NOT NULL DEFAULT true,
    demo            boolean NOT NULL DEFAULT false,
    totp_secret     text,                        -- base 32; null: no second factor
    totp_pending    text,                        -- shown as QR, not yet confirmed
    totp_step       bigint NOT NULL DEFAULT 0,   -- the last time step used: a code is good once
    recovery_codes  bytea[] NOT NULL DEFAULT '{}',
    created_at      timestamptz NOT NULL,
    last_sign_in_at timestamptz
)
    """,
    """
CREATE TABLE session (
    id         text PRIMARY KEY,
    digest     bytea NOT NULL UNIQUE,
    account    text NOT NULL REFERENCES account,
    created_at timestamptz NOT NULL,
    seen_at    timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at   timestamptz,
    address    text NOT NULL,
    browser    text NOT NULL
)
    """,
    "CREATE INDEX session_account ON session (account) WHERE ended_at IS NULL",
    "CREATE INDEX session_expires ON session (expires_at)",
    """
CREATE TABLE trusted_computer (
    id         text PRIMARY KEY,
    digest     bytea NOT NULL UNIQUE,
    account    text NOT NULL REFERENCES account,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    address    text NOT NULL,
    browser    text NOT NULL
)
    """,
    "CREATE INDEX trusted_computer_account ON trusted_computer (account)",
    """
CREATE TABLE sign_in_guard (
    subject      text PRIMARY KEY,               -- a login, an address or a trusted computer, as a digest
    failures     integer NOT NULL DEFAULT 0,
    last_at      timestamptz,
    locked_until timestamptz
)
    """,
    """
CREATE TABLE api_token (
    id           text PRIMARY KEY,
    name         text NOT NULL,
    prefix       text NOT NULL,
    digest       bytea NOT NULL UNIQUE,
    roles        text[] NOT NULL,
    clients      text[],                         -- null: all clients
    agent_id     text,
    created_by   text NOT NULL,
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    last_used_at timestamptz,
    revoked_at   timestamptz
)
    """,
)

AUDIT = (
    """
CREATE TABLE audit_head (
    one    boolean PRIMARY KEY DEFAULT true CHECK (one),
    seq    bigint NOT NULL,
    digest bytea NOT NULL
)
    """,
    "INSERT INTO audit_head (seq, digest) VALUES (0, decode(repeat('00', 32), 'hex'))",
    """
CREATE TABLE audit_entry (
    seq     bigint PRIMARY KEY,
    at      timestamptz NOT NULL,
    actor   text NOT NULL,                       -- account id, or token:<id>
    name    text NOT NULL,                       -- the actor's name at that time
    action  text NOT NULL,
    object  text NOT NULL,
    details json NOT NULL,                       -- json, not jsonb: the digest covers these very characters
    address text NOT NULL,
    prev    bytea NOT NULL,
    digest  bytea NOT NULL
)
    """,
    "CREATE INDEX audit_entry_actor ON audit_entry (actor, seq)",
    "CREATE INDEX audit_entry_object ON audit_entry (object, seq)",
    "CREATE INDEX audit_entry_action ON audit_entry (action, seq)",
    """
CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = 'insufficient_privilege';
END $$
    """,
    """
CREATE TRIGGER audit_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry
    FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()
    """,
    """
-- One field of an entry's digest: its length in bytes, a colon, the text, a comma. No two entries share a line.
CREATE FUNCTION audit_field(value text) RETURNS text LANGUAGE sql IMMUTABLE STRICT AS $$
    SELECT octet_length(convert_to(value, 'UTF8'))::text || ':' || value || ','
$$
    """,
    """
-- The only way in. Takes the head's lock until the transaction ends: call it last.
CREATE FUNCTION audit_append(
    at_ms bigint, actor text, name text, action text, object text, details text, address text
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    head  audit_head;
    place bigint;
    link  bytea;
BEGIN
    SELECT * INTO STRICT head FROM audit_head FOR UPDATE;
    place := head.seq + 1;
    link := sha256(head.digest || convert_to(
        audit_field(place::text) || audit_field(at_ms::text) || audit_field(actor) || audit_field(name)
        || audit_field(action) || audit_field(object) || audit_field(details) || audit_field(address), 'UTF8'));
    INSERT INTO audit_entry VALUES (
        place, 'epoch'::timestamptz + at_ms * interval '1 millisecond', actor, name, action, object, details::json,
        address, head.digest, link);
    UPDATE audit_head SET seq = place, digest = link;
    RETURN place;
END $$
    """,
)


def upgrade() -> None:
    for statement in ACCOUNTS + AUDIT:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP FUNCTION audit_append, audit_field")
    op.execute("DROP TABLE audit_entry, audit_head, api_token, sign_in_guard, trusted_computer, session, account")
    op.execute("DROP FUNCTION audit_is_append_only")
