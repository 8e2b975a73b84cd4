"""Histories from elsewhere, as events of a ledger of their own."""
