"""One module for each check: an async `check` that looks, and a pure judgement of what it saw."""
