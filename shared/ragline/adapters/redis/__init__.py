"""Redis: the ledger, token streams, caches and views."""
