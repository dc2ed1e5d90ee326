"""Observability of requests: one log line each, and metrics, without secrets."""
