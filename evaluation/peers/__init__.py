"""Programs that `ragline eval compare` runs, each in an environment of its own (`make compare`).

They import nothing of Ragline's, and nothing of Ragline's imports them.
"""
