"""Answers against references: token F1, citations, support, a model's opinion."""
