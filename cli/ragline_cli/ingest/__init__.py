"""`ragline ingest`: publishes files as document changes, and reports the outcome of each."""
