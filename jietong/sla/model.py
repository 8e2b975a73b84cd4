"""The contract as data (`sla/v1`), and what its evaluation gives. Frozen, pure."""
