"""`ragline ingest`: files as document changes, and what became of each."""
