"""Extractive answers without a language model: selected quotes in order."""
