"""Entry modules that run a service otherwise than the product does: `python -m <module> <name>`."""
