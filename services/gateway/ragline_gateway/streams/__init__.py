"""Server-sent events of a question in progress: stages, tokens and the final answer."""
