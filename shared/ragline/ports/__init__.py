"""What the stages need from the world. Each port has at most four methods; adapters implement it.

Every method may raise `ragline.errors.TransientError` or `PermanentError` and nothing else on
purpose; only `app` modules know which adapter stands behind a port.
"""
