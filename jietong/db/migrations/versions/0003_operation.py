"""Set-up documents: site, clients, skills, hours, queues, agents, reasons.

Revision ID: 0003
Revises: 0002
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KINDS = "('site', 'client', 'skill', 'hours', 'queue', 'agent', 'reason')"


def upgrade() -> None:
    op.execute(
        f"""
        CREATE TABLE setup_document (
            kind text NOT NULL CHECK (kind IN {KINDS}),
            id text NOT NULL CHECK (id <> ''),
            version integer NOT NULL CHECK (version > 0),
            spec jsonb NOT NULL,
            changed_at timestamptz NOT NULL,
            changed_by text NOT NULL,
            PRIMARY KEY (kind, id)
        )
        """
    )
    # Every version that ever was, for 'who changed this rule, and what did it say before?'
    op.execute(
        """
        CREATE TABLE setup_revision (
            kind text NOT NULL,
            id text NOT NULL,
            version integer NOT NULL,
            spec jsonb NOT NULL,
            changed_at timestamptz NOT NULL,
            changed_by text NOT NULL,
            PRIMARY KEY (kind, id, version)
        )
        """
    )
    op.execute(
        """
        CREATE FUNCTION setup_keep_revision() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO setup_revision (kind, id, version, spec, changed_at, changed_by)
            VALUES (NEW.kind, NEW.id, NEW.version, NEW.spec, NEW.changed_at, NEW.changed_by)
            ON CONFLICT DO NOTHING;
            RETURN NEW;
        END $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER setup_document_revision AFTER INSERT OR UPDATE ON setup_document
        FOR EACH ROW EXECUTE FUNCTION setup_keep_revision()
        """
    )


def downgrade() -> None:
    op.execute("DROP TABLE setup_document, setup_revision")
    op.execute("DROP FUNCTION setup_keep_revision()")
