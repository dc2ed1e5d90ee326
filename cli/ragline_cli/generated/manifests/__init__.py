"""Kubernetes manifests and documentation tables, made from the registry and the settings."""
