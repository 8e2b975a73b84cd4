"""Rosters (排班): the public shift-scheduling problem, and the centre's own schedule, with proven bounds."""
