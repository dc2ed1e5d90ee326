"""Chaos tests: steady load, random faults, and an independent checker that finds losses."""
