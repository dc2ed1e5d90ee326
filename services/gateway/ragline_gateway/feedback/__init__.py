"""Users' ratings of answers, published as events."""
