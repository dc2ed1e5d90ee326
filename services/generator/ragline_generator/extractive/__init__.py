"""Answers without a language model: quotes, chosen and put in order."""
