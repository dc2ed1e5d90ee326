"""An answer while it is made: stages, tokens, and the answer itself, as server-sent events."""
