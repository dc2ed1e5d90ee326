"""Classifier: intent, standalone rewrite, entities and the retrieval plan."""
