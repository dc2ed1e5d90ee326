"""Language models over OpenAI's API, and tokenizers that count for them."""
