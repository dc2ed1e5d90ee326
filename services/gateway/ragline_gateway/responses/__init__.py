"""OpenAI's Responses API: what of it is about one question and its answer.

Source: OpenAI API reference, "Responses" (`/v1/responses`).
"""
