"""Weaviate: one Weaviate tenant per tenant, and the version fence of `stores.marked`."""
