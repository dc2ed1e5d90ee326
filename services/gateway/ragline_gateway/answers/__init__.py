"""Delivery of answers from Kafka to the requests that wait for them."""
