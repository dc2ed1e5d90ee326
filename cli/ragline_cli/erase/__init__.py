"""Erasure: finds and removes all that is kept of a document or a tenant, and proves it."""
