"""What a load needs, from what a question was measured to cost."""
