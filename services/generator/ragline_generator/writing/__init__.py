"""Answers by a language model: prompt, call, streamed text and cost."""
