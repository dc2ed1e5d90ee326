"""Weaviate: a tenant each, and a version fence made of immutable markers.

Weaviate has no transactions and no compare-and-set. Chunks carry their document and version, and a
marker object is the flip: what a reader may see is decided by the highest marker of a document.

- Write: insert the chunks, insert the marker, then *settle*: read the markers again and remove
  what they have outdated. All ids are derived from names, so every step can be repeated.
- Read: search, read the markers of the documents hit, keep the hits that the markers show.

Whoever writes a marker reads the markers afterwards, so of two writers at least one sees the
other's and settles for both.
"""
