"""The interfaces that the stages need. A port has at most four methods; adapters implement it.

Every method may deliberately raise only `ragline.errors.TransientError` or `PermanentError`. Only
`app` modules know which adapter implements a port.
"""
