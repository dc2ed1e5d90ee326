"""Tenants take turns, wherever there is less room than work."""
