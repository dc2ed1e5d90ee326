"""Live questions through a second configuration, whose answers nobody gets."""
