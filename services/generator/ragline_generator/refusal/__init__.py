"""Decides whether the passages contain an answer at all."""
