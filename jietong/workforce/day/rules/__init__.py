"""Pure rules of the day: gap, levers, coverage."""
