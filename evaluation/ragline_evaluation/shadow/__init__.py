"""A second configuration's answers beside the live ones."""
