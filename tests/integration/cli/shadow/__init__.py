"""Two versions of a stage on the same questions, beside a live pipeline."""
