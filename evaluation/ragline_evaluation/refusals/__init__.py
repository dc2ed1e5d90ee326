"""Refusals: are questions refused if, and only if, their relevant documents are missing?"""
