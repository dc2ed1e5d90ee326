"""Gateway: HTTP and a console for those who do not speak Kafka."""
