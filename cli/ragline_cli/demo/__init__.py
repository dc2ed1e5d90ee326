"""The demo: a whole pipeline, a corpus that everybody has, and questions about it."""
