"""Fewer tokens of the passages, with what the answer will need."""
