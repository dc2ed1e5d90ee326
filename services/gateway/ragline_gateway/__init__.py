"""Gateway: the HTTP API and the web console, for clients that do not use Kafka."""
