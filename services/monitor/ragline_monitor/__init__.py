"""Monitor: metrics about the pipeline from answers, feedback and document statuses."""
