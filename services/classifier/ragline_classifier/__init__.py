"""Classifier: determines intent, standalone question, entities and retrieval plan."""
