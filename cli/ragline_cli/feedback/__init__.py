"""What users think of answers: looked at, and made into evaluation sets."""
