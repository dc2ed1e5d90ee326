"""Consumption with ordered commit, retries and dead letters, and the common way to run a stage."""
