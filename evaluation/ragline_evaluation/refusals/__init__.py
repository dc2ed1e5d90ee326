"""Relevant documents taken away: is it refused, and only then?"""
