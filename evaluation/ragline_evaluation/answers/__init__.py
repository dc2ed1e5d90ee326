"""Quality of answers against references: token F1, citations, support, and an LLM judge."""
