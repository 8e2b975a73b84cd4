"""What comes: calls and handling time per interval, and how sure that is."""
