"""The queries API: ask, look up and cancel questions."""
