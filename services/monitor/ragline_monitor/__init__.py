"""Monitor: what answers, feedback and documents say of the pipeline."""
