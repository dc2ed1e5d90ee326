"""PostgreSQL with pgvector: every write is one transaction, every search one statement.

A collection is a schema. Document-level facts (version, access, tags) are in one row per document:
a search joins that row, and a change of access updates that one row and takes effect at once.
"""
