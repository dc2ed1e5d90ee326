"""Every image, built without a container engine, and started: `make images`."""
