"""The servers that Ragline needs, as local processes, and `ragline up`, `down` and `status`."""
