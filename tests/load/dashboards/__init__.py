"""Pictures of the dashboards, from a running stack that a real Prometheus looks at."""
