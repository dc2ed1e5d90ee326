"""Runs the preparer in processes that can be killed."""
