"""The `ragline` command line."""
