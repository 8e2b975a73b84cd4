"""The day itself: adherence, gap and levers."""
