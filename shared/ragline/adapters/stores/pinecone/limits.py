"""What Pinecone takes in one request and in one record, as its documentation states it."""

from __future__ import annotations

# records in one upsert, update, fetch or deletion
MAX_RECORDS = 1_000
# bytes of one upsert: 2 MB, less what surrounds the records
MAX_REQUEST_BYTES = 1_900_000
# hits of one search. Sparse searches were limited to this when they were introduced; the Documents
# API states 10,000
MAX_HITS = 1_000
# bytes of one record's metadata: 40 KB, which are not said to be 40,960
MAX_METADATA_BYTES = 40_000
# values other than 0 of one sparse vector, as of the introduction of sparse vectors
MAX_NONZERO = 1_000
# characters of a namespace's name
MAX_NAME = 512
# bytes of one response are limited to 4 MB: records of `MAX_PIECE` bytes fetched in one call
MAX_FETCHED = 100
# bytes of text in one record. The rest of its metadata is at most the tokens of 1,000 groups and
# 100 tags (`contracts/bounds.py`), 21 KB, so that access can change without moving text
MAX_PIECE = 16_000
