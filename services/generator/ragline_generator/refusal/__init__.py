"""Whether the passages hold an answer at all."""
