"""Measures how well Ragline finds, understands and answers, with the services' own code."""
