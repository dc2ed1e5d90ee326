"""What fewer tokens leave of the reference answers."""
