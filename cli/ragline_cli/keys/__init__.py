"""API keys of the gateway: made, listed and checked. Their form is `ragline.api_keys`."""
