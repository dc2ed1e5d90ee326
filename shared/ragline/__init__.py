"""Ragline: retrieval-augmented generation as an event stream."""
