"""The real implementations of the ports, one file or folder each."""
