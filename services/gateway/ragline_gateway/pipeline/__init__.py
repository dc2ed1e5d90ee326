"""The state of the pipeline as the monitor reports it, and the caller's own identity."""
