"""Intent classification against labels: accuracy, confusion, calibration."""
