"""The manifests on a real API server, with its controllers and its scheduler."""
