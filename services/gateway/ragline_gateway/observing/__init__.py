"""What is seen of requests: one log line each, and metrics; nothing secret in either."""
