"""Follow-up questions: are they understood, and what does that do to retrieval?"""
