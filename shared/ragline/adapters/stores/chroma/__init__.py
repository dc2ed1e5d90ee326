"""Chroma over its HTTP API, with the version fence of `stores.marked`.

Each tenant has two collections: its chunks with their vectors, and its facts, which are markers and
words. Chroma's own filters decide what a reader sees.
"""
