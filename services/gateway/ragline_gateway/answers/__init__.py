"""How answers find who waits for them."""
