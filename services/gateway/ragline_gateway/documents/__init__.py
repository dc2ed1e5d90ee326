"""Documents over HTTP: change events in, statuses and source text out."""
