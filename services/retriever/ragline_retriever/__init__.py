"""Retriever: planned searches side by side, fused into candidates."""
