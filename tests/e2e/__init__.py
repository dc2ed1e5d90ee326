"""Documents and questions through the whole pipeline, each service a process of its own."""
