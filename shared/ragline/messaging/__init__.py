"""Consumption with ordered commit, retries, dead letters and the one way to run a stage."""
