"""Who people are and what they may do: accounts, sessions, roles and client scope, API tokens, the audit log."""
