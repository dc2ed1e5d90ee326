"""The command line's way to Kafka: clients, readers, topics."""
