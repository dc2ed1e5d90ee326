"""The same question over the same passages gets the answer already given."""
