"""Rankings against judgements: nDCG, recall, by search and by fusion."""
