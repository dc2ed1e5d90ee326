"""The fast tests: no network, no processes."""
