"""The command line's access to Kafka: clients, readers, topics."""
