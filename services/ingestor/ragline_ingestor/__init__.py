"""Ingestor: turns a document change into searchable chunks and publishes the status."""
