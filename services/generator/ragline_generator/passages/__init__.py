"""Passages as units, words and excerpts: what every answer is made from."""
