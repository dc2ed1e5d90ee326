"""Passages, split into units, words and excerpts: the input of every answer."""
