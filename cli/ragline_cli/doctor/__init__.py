"""`ragline doctor`: looks at the running system, says what is wrong, and what to do."""
