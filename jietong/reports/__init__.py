"""Reports: built, saved, rendered, sent on a timetable."""
