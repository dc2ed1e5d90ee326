"""Dead letters as a tool: read, filter, show redacted, export, replay, drop."""
