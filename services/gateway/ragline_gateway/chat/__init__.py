"""The OpenAI-compatible API: chat completions that are answers with citations.

Source: OpenAI API reference, "Chat" (`/v1/chat/completions`) and "Models".
"""
