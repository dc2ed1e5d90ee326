"""Reranker: selects the best few candidates with a cross-encoder."""
