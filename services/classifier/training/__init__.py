"""Training of the packaged intent model; not part of the service."""
