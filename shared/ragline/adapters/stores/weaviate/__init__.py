"""Weaviate: one Weaviate tenant per tenant, and a version fence made of immutable markers.

Weaviate has no transactions and no compare-and-set. Chunks carry their document and version, and a
marker object makes a version current: the highest marker of a document decides what readers see.

- Write: insert the chunks, insert the marker, then *settle*: read the markers again and remove
  what they have made obsolete. All ids are derived from names, so every step can be repeated.
- Read: search, read the markers of the documents found, keep the hits that the markers allow.

Every writer reads the markers after it has written its own. So of two concurrent writers at least
one sees the other's marker and settles for both.
"""
