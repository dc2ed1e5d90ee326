"""Vector stores behind the `Store` port, opened by their settings."""
