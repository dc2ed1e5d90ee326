"""The documents API: accepts changes, returns statuses and source text."""
