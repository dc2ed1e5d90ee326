"""Chaos: steady load, random faults, and an independent checker that says what was lost."""
