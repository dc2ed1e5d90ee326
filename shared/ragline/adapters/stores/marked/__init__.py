"""The version fence for stores without transactions and without compare-and-set.

Chunks carry their document and version, and an immutable marker object makes a version current: the
highest marker of a document decides what readers see.

- Write (`write`): put the chunks, put the marker, then *settle*: read the markers again and remove
  what they have made obsolete. All ids are derived from names, so every step can be repeated.
- Read (`search`, `source`): search within the reader's scope, read the markers of the documents
  found, keep the hits that the markers allow.

Every writer reads the markers after it has written its own. So of two concurrent writers at least
one sees the other's marker and settles for both. That needs a store in which a write that returned
is seen by every later read.
"""
