"""The faults that are injected into the system; each module has those of one kind."""
