"""Reranker: puts candidates in their final order and selects the best few."""
