"""Compression: how much of the reference answers remains in fewer tokens."""
