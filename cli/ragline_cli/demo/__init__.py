"""The demo: a whole pipeline, a corpus that comes with Python, and questions about it."""
