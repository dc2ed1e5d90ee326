"""The answer cache: the same question over the same passages gets the stored answer."""
