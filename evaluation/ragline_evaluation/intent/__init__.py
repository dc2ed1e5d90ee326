"""Intents against labels: accuracy, confusion, calibration."""
