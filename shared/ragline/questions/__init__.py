"""What a question asks: its terms, its parts, the sides that it compares."""
