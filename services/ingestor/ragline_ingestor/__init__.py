"""Ingestor: a document change becomes searchable chunks, and a status that says so."""
