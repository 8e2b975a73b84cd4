"""Shift patterns, terms, drafts, the published schedule, requests."""
