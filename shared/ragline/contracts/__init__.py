"""The events, their topics and their encoding: what Ragline promises to other systems."""
