"""Reranker: a cross-encoder keeps the best few of the candidates."""
