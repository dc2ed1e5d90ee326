"""PostgreSQL with pgvector: every write is one transaction, every search one statement.

A collection is a schema. Document-level facts (version, access, tags) live in one row a document,
so a search joins them and a change of access is a change of one row, in force at once.
"""
