"""Follow-ups: how a question that leans on earlier ones is completed, a module for each language.

A module has one object, its rules, with the interface of `rules.py`. The rules know words, not
meaning: in doubt a question stays as it is.
"""
