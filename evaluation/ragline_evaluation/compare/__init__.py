"""Ragline beside other frameworks: the same corpus, questions and model, in one run."""
