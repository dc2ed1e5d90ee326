"""`ragline reindex`: a second index beside the live one, and the change to it."""
