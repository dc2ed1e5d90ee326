"""The events, their topics and their encoding: Ragline's contract with other systems."""
