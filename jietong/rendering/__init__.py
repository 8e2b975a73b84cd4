"""Tables, charts and pages as files: xlsx, CSV, PDF, HTML. Knows nothing of contact centres."""
