"""Authentication and authorization of the gateway's callers."""
