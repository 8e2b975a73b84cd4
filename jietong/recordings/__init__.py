"""Recordings: taken in from the switch, encrypted, heard by who may, kept as long as they must be, then deleted."""
