"""Circuit breakers: a dependency that failed lately is left alone for a while."""
