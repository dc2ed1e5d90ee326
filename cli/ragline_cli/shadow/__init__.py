"""Runs live questions through a second configuration, whose answers are not published."""
