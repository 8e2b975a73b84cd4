"""Reports: saved ones, with whom they are shared, and links that open one without signing in."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

SEES = (
    "current_setting('jietong.clients', true) = '*' "
    "OR client = ANY(string_to_array(current_setting('jietong.clients', true), ','))"
)

UP = (
    """
-- A report belongs to the centre and holds no figures: what somebody sees in it is their own scope's.
CREATE TABLE report (
    id         text PRIMARY KEY CHECK (id <> ''),
    version    integer NOT NULL CHECK (version > 0),
    spec       jsonb NOT NULL,
    owner      text NOT NULL,               -- account
    owner_name text NOT NULL,
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL
)
    """,
    "CREATE INDEX report_owner ON report (owner)",
    """
CREATE TABLE report_role (
    report text NOT NULL,                   -- a saved one or a ready-made one
    role   text NOT NULL,
    PRIMARY KEY (report, role)
)
    """,
    """
CREATE TABLE report_client (
    report text NOT NULL,
    client text NOT NULL,
    PRIMARY KEY (report, client)
)
    """,
    """
CREATE TABLE report_link (
    id         text PRIMARY KEY,
    digest     bytea NOT NULL UNIQUE,       -- sha-256 of the secret in the address
    report     text NOT NULL,
    period     jsonb,                       -- in place of the report's own
    clients    text[],                      -- whose figures it shows; null: all
    language   text NOT NULL,
    made_by    text NOT NULL,               -- account, or token:<id>; without their right the link opens nothing
    made_at    timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz
)
    """,
    "CREATE INDEX report_link_report ON report_link (report)",
    "ALTER TABLE report_client ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE report_client FORCE ROW LEVEL SECURITY",
    f"CREATE POLICY report_client_client ON report_client USING ({SEES}) WITH CHECK ({SEES})",
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE report_link, report_client, report_role, report")
