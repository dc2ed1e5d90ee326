"""Circuit breakers: a dependency that failed recently is not called for a while."""
