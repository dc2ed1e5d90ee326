"""What the monitor sees of the pipeline, and who one is."""
