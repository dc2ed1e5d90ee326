"""Context compression: the parts of the passages that the answer needs, in fewer tokens."""
