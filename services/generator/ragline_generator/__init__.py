"""Generator: compresses the context, streams the answer, checks every claim."""
