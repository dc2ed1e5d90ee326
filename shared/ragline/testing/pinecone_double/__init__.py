"""A test double of Pinecone: its Documents API over HTTP, with its limits and its consistency.

Written from the public description of the API (version 2026-07). What it cannot show is said in
`docs/choose-a-store.md`.
"""
