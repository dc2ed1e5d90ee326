"""Ragline: retrieval-augmented generation as an event stream."""

__version__ = "0.1.0"
