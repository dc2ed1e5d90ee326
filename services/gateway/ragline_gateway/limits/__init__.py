"""The gateway's limits: request rate, body size and allowed origins."""
