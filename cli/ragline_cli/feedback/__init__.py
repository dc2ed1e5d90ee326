"""User feedback on answers: list it, and make evaluation sets from it."""
