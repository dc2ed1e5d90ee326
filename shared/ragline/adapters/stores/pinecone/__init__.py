"""Pinecone: one document index, a namespace for each tenant, and a fence made of immutable markers.

One index of the Documents API holds both vectors of a chunk, and each search ranks by one of them.
The older Vectors API would need two indexes, whose positions cannot be compared, or one index that
finds candidates by the dense vector and only then adds the sparse one, which loses keyword matches.

Pinecone has no transactions and no compare-and-set, and it is eventually consistent. Each write has
a position in its namespace's log, and each search says up to which position it has seen the log.

- Write: upsert the chunks and wait until searches see them, upsert the marker that makes them
  current and wait again, then *settle*: read the markers and remove what they have made obsolete.
- Read: search, read the markers of the documents found, keep the hits that the markers allow.

A writer settles by what it reads behind its own marker. Of two concurrent writers the one that is
later in the log sees the other's marker, and settles for both.
"""
