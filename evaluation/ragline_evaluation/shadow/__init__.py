"""Shadow runs: answers of a second configuration, compared with the live ones."""
