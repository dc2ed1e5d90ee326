"""Answers by a language model: prompt, call, text, cost."""
