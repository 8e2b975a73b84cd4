"""PostgreSQL: the embedded server, connections, migrations, the ledger."""
