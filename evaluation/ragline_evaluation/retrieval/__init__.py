"""Retrieval: rankings against judgements (nDCG, recall), for each search and fusion."""
