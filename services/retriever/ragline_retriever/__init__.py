"""Retriever: runs the planned searches in parallel and fuses them into candidates."""
