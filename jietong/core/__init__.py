"""Pure vocabulary shared by every domain: events, commands, specs, time, ids, errors. Imports no I/O."""
