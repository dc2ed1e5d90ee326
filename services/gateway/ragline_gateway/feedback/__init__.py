"""What people think of answers, as events."""
