"""Validation: does the validator find the false ones among true and altered claims?"""
