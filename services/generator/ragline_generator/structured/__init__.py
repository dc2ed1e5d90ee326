"""An answer as JSON: the question's own schema, filled from what the check supports."""
