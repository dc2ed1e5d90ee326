"""API keys of the gateway: their form, and the operators' keys file."""
