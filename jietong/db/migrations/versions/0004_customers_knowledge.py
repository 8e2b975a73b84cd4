"""Customers with their identities, and knowledge articles with their search index.

Revision ID: 0004
Revises: 0003
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# A transaction sees the clients it was opened for; one that was opened for none sees nothing.
SEES = (
    "current_setting('jietong.clients', true) = '*' "
    "OR client = ANY(string_to_array(current_setting('jietong.clients', true), ','))"
)
TABLES_OF_CLIENTS = ("customer", "customer_identity", "customer_gram", "customer_merge", "customer_suspect")


def upgrade() -> None:
    _customers()
    _knowledge()


def _customers() -> None:
    op.execute(
        """
        CREATE TABLE customer (
            id text PRIMARY KEY,
            client text NOT NULL,
            kind text NOT NULL CHECK (kind IN ('person', 'organisation')),
            name text NOT NULL,
            class text NOT NULL DEFAULT '',      -- the client's own words: gold card …
            language text NOT NULL DEFAULT 'zh-Hans',
            region text NOT NULL DEFAULT '',     -- where they live or sit, as people say it
            organisation text REFERENCES customer (id),
            attributes jsonb NOT NULL DEFAULT '{}',
            notes text NOT NULL DEFAULT '',
            version integer NOT NULL DEFAULT 1,
            merged_into text REFERENCES customer (id),
            created_at timestamptz NOT NULL,
            updated_at timestamptz NOT NULL,
            CHECK (merged_into <> id)
        )
        """
    )
    op.execute("CREATE INDEX customer_name ON customer (client, name)")
    op.execute("CREATE INDEX customer_latest ON customer (updated_at DESC, id DESC) WHERE merged_into IS NULL")
    op.execute("CREATE INDEX customer_merged ON customer (merged_into) WHERE merged_into IS NOT NULL")
    op.execute("CREATE INDEX customer_organisation ON customer (organisation) WHERE organisation IS NOT NULL")
    # One number, one customer: the primary key is what makes two simultaneous arrivals one person.
    op.execute(
        """
        CREATE TABLE customer_identity (
            client text NOT NULL,
            kind text NOT NULL CHECK (kind IN ('phone', 'email', 'account')),
            value text COLLATE "C" NOT NULL,     -- E.164, lower-cased address, the client's own account id
            customer text NOT NULL REFERENCES customer (id),
            verified boolean NOT NULL DEFAULT false,
            created_at timestamptz NOT NULL,
            -- Row-level security keeps LIKE and reverse() out of index conditions, since they might leak what
            -- they see; comparing is allowed, so the reversed value is a column of its own.
            tail text COLLATE "C" NOT NULL GENERATED ALWAYS AS (reverse(value)) STORED,
            PRIMARY KEY (client, kind, value)
        )
        """
    )
    op.execute("CREATE INDEX customer_identity_customer ON customer_identity (customer)")
    op.execute("CREATE INDEX customer_identity_tail ON customer_identity (tail)")
    op.execute("CREATE INDEX customer_identity_head ON customer_identity (value)")
    # Pieces of the names (core.text). A table and not a GIN index: see `tail`.
    op.execute(
        """
        CREATE TABLE customer_gram (
            client text NOT NULL,
            gram text COLLATE "C" NOT NULL,
            customer text NOT NULL REFERENCES customer (id),
            PRIMARY KEY (gram, customer)
        )
        """
    )
    op.execute("CREATE INDEX customer_gram_customer ON customer_gram (customer)")
    # The trail of a merge, from which it can be taken apart again.
    op.execute(
        """
        CREATE TABLE customer_merge (
            id text PRIMARY KEY,
            client text NOT NULL,
            kept text NOT NULL REFERENCES customer (id),
            gone text NOT NULL REFERENCES customer (id),
            identities jsonb NOT NULL,           -- [[kind, value], …] that moved
            by text NOT NULL,
            at timestamptz NOT NULL,
            undone_at timestamptz,
            undone_by text
        )
        """
    )
    op.execute("CREATE INDEX customer_merge_kept ON customer_merge (kept)")
    # Two files that one person's details pointed to: somebody should look.
    op.execute(
        """
        CREATE TABLE customer_suspect (
            client text NOT NULL,
            a text NOT NULL REFERENCES customer (id),
            b text NOT NULL REFERENCES customer (id),
            why text NOT NULL,
            at timestamptz NOT NULL,
            PRIMARY KEY (a, b),
            CHECK (a < b)
        )
        """
    )
    op.execute("CREATE INDEX customer_suspect_b ON customer_suspect (b)")
    for table in TABLES_OF_CLIENTS:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY {table}_client ON {table} USING ({SEES}) WITH CHECK ({SEES})")


def _knowledge() -> None:
    op.execute(
        """
        CREATE TABLE article (
            id text PRIMARY KEY,
            kind text NOT NULL CHECK (kind IN ('article', 'reply')),
            client text,                         -- NULL: for every client
            category text NOT NULL DEFAULT '',
            tags text[] NOT NULL DEFAULT '{}',
            shortcut text,                       -- replies: what is typed after the slash
            active boolean NOT NULL DEFAULT true,
            latest integer NOT NULL,             -- newest version, draft or not
            published integer,                   -- what agents read; NULL: nothing yet
            created_at timestamptz NOT NULL,
            updated_at timestamptz NOT NULL,
            CHECK ((kind = 'reply') = (shortcut IS NOT NULL))
        )
        """
    )
    op.execute(
        """
        CREATE UNIQUE INDEX article_shortcut ON article (coalesce(client, ''), shortcut)
        WHERE shortcut IS NOT NULL AND active
        """
    )
    op.execute("CREATE INDEX article_latest ON article (updated_at DESC, id DESC)")
    op.execute(
        """
        CREATE TABLE article_version (
            article text NOT NULL REFERENCES article (id),
            version integer NOT NULL,
            state text NOT NULL CHECK (state IN ('draft', 'published', 'superseded')),
            titles jsonb NOT NULL,               -- {"zh-Hans": …, "zh-Hant": …, "en": …}
            bodies jsonb NOT NULL,
            note text NOT NULL DEFAULT '',       -- what changed, for colleagues
            revision integer NOT NULL DEFAULT 1, -- saves of this draft: guards against two editors
            author text NOT NULL,
            saved_at timestamptz NOT NULL,
            published_at timestamptz,
            published_by text,
            PRIMARY KEY (article, version)
        )
        """
    )
    # The published texts as search sees them. `titles` and `bodies` are normalised (core.text.normal).
    op.execute(
        """
        CREATE TABLE article_text (
            article text NOT NULL REFERENCES article (id),
            lang text NOT NULL,
            title text NOT NULL,
            body text NOT NULL,
            length integer NOT NULL,             -- pieces in all, for the length part of the rank
            PRIMARY KEY (article, lang)
        )
        """
    )
    op.execute(
        """
        CREATE TABLE article_gram (
            lang text NOT NULL,
            gram text COLLATE "C" NOT NULL,
            article text NOT NULL REFERENCES article (id),
            weight real NOT NULL,                -- how often, the title counting more
            PRIMARY KEY (lang, gram, article)
        )
        """
    )
    op.execute("CREATE INDEX article_gram_article ON article_gram (article)")
    op.execute(
        """
        CREATE TABLE article_feedback (
            article text NOT NULL REFERENCES article (id),
            version integer NOT NULL,
            account text NOT NULL,
            useful boolean NOT NULL,
            comment text NOT NULL DEFAULT '',
            at timestamptz NOT NULL,
            PRIMARY KEY (article, version, account)
        )
        """
    )
    sees = SEES.replace("OR client = ANY", "OR client IS NULL OR client = ANY")
    op.execute("ALTER TABLE article ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE article FORCE ROW LEVEL SECURITY")
    # What belongs to no client is common knowledge, but only to a transaction that was opened for somebody.
    op.execute(
        f"""
        CREATE POLICY article_client ON article
        USING (coalesce(current_setting('jietong.clients', true), '') <> '' AND ({sees}))
        WITH CHECK ({SEES})
        """
    )


def downgrade() -> None:
    op.execute("DROP TABLE article_feedback, article_gram, article_text, article_version, article")
    op.execute("DROP TABLE customer_suspect, customer_merge, customer_gram, customer_identity, customer")
