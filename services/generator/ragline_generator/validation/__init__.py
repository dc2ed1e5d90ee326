"""Validation of every claim of an answer against the passages that it cites."""
