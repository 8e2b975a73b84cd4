"""What a schedule must keep to, and what an edit makes of it: functions of their arguments. Pure."""
