"""How the packaged intent model is made; not part of the service."""
