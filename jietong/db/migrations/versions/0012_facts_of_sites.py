"""Contacts and stays know their site, so that an imported history stands beside the centre's own."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

UP: tuple[str, ...] = (
    """
-- The ledger that the row was made from: a site's own, or that of the site's imported history.
ALTER TABLE segment ADD COLUMN site text NOT NULL DEFAULT 'main'
    """,
    """
-- Of a contact from elsewhere: what its file said, so that a repeated import knows it again.
ALTER TABLE contact
    ADD COLUMN imported boolean NOT NULL DEFAULT false,
    ADD COLUMN import_file   bigint,    -- seq of its file's `history.begun`
    ADD COLUMN import_line   integer,
    ADD COLUMN import_digest text       -- of what the file said of it
    """,
    """
-- The files that were imported, as the ledger tells of them.
CREATE TABLE import_file (
    site      text NOT NULL,            -- the ledger of the site's imported history
    seq       bigint NOT NULL,          -- of `history.begun`
    kind      text NOT NULL,            -- contacts | queue_log
    name      text NOT NULL,
    digest    text NOT NULL,            -- SHA-256 of the file
    zone      text NOT NULL,            -- IANA, in which its local times were read
    by        text NOT NULL,
    at        bigint NOT NULL,          -- ms
    ended     bigint,                   -- ms; null: goes on, or was cut short
    read      bigint,                   -- lines or contacts; null until it has ended, as all below
    imported  bigint,
    rejected  bigint,
    unchanged bigint,
    PRIMARY KEY (site, seq)
)
    """,
    "CREATE INDEX import_file_digest ON import_file (site, digest)",
    """
-- By which a site's imports make a pseudonym of what a file calls a customer: names and numbers stay out of the
-- ledger.
CREATE TABLE import_key (
    site text PRIMARY KEY,
    key  bytea NOT NULL
)
    """,
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE import_key, import_file")
    op.execute(
        "ALTER TABLE contact DROP COLUMN imported, DROP COLUMN import_file, DROP COLUMN import_line, "
        "DROP COLUMN import_digest"
    )
    op.execute("ALTER TABLE segment DROP COLUMN site")
