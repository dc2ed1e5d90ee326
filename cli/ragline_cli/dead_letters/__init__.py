"""Tools for dead letters: read, filter, show redacted, export, replay, drop."""
