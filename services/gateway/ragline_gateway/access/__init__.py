"""Who comes through the front door, and what they may."""
