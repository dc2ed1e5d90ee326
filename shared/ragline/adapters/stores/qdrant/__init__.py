"""Qdrant: one collection for all tenants, with the version fence of `stores.marked`.

A tenant is a value of the payload, by which the server groups its storage and its vector index. The
server's own filters decide what a reader sees. Words are a sparse vector of each chunk.
"""
