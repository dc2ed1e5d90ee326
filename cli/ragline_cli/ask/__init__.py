"""`ragline ask`: publish one question and show its answer."""
