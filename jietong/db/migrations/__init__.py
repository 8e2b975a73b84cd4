"""Schema migrations: one linear chain, plain SQL."""
