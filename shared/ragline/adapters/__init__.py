"""The real implementations of the ports, one folder for each kind."""
