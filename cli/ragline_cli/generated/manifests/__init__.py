"""Kubernetes manifests and documentation tables, generated from the registry and the settings."""
