"""API keys of the gateway: what they look like, and the operators' file of them."""
