"""Names of namespaces and records, and the tokens that stand for names in filters."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from urllib.parse import quote, unquote

from ragline.adapters.stores.analysis import clean
from ragline.adapters.stores.pinecone.limits import MAX_NAME

# the `readers` value of a document that is open to its whole tenant; tokens are longer
OPEN = "open"
# 96 bits: short enough that a thousand of them fit into a record, and no two names share one
_TOKEN_BYTES = 12
_MAX_INDEX_NAME = 45
_NAMED = "t"
# chunks in a record's name order are in random order, so that a page of them is a sample
_SHUFFLED = 4


def token(kind: str, *names: object) -> str:
    """Return 16 characters of base64 that stand for these names; none of them is a dot."""
    text = "\0".join((kind, *(clean(str(name)) for name in names)))
    return urlsafe_b64encode(blake2b(text.encode(), digest_size=_TOKEN_BYTES).digest()).decode()


def document_key(document_id: str) -> str:
    """Return the token of a document, on its chunks and markers."""
    return token("document", document_id)


def reader_keys(groups: Iterable[str]) -> list[str]:
    """Return the tokens of those who may read: the groups, or everyone when there are none."""
    return sorted({token("group", group) for group in groups}) or [OPEN]


def access_key(readers: Iterable[str]) -> str:
    """Return one token for a set of readers' tokens, to find the chunks that carry another set."""
    return token("access", *sorted(set(readers)))


def namespace(tenant: str) -> str:
    """Return the namespace of a tenant: its name if that can be written, else a token of it."""
    name = f"{_NAMED}.{quote(clean(tenant), safe='')}"
    return name if len(name) <= MAX_NAME else f"h.{token('tenant', tenant)}"


def tenant_of(namespace_name: str) -> str | None:
    """Return whose namespace it is; None if its name is a token, or not one of ours.

    >>> tenant_of(namespace("acme inc"))
    'acme inc'
    """
    kind, _, name = namespace_name.partition(".")
    return unquote(name) if kind == _NAMED else None


def index_name(collection: str) -> str:
    """Return the index of a collection: lower-case letters, digits and hyphens, at most 45.

    A name that cannot be told apart in those gets a token's worth of digits.

    >>> index_name("Chunks"), index_name("My_chunks")
    ('chunks', 'my-chunks-a93a3d57')
    """
    name = collection.lower().replace("_", "-")
    if name.capitalize() == collection and len(name) <= _MAX_INDEX_NAME:
        return name
    digits = blake2b(collection.encode(), digest_size=4).hexdigest()
    return f"{name[: _MAX_INDEX_NAME - 9].strip('-')}-{digits}"


@dataclass(frozen=True, slots=True)
class RecordName:
    """What the name of a chunk's record says. Several records can hold one chunk."""

    kind: str
    document: str
    version: int
    ordinal: int
    piece: int = 0

    def __str__(self) -> str:
        facts = f"{self.kind}.{self.document}.{self.version}.{self.ordinal}.{self.piece}"
        return f"{_shuffled(facts)}.{facts}"

    @classmethod
    def parse(cls, name: str) -> RecordName:
        """Return what `name` says."""
        _, kind, document, version, ordinal, piece = name.split(".")
        return cls(kind, document, int(version), int(ordinal), int(piece))


def marker_name(kind: str, document: str, version: int, piece: int = 0) -> str:
    """Return the name of a marker's record, or of a further piece of it."""
    facts = f"{kind}.{document}.{version}.{piece}"
    return f"{_shuffled(facts)}.{facts}"


def _shuffled(facts: str) -> str:
    return blake2b(facts.encode(), digest_size=_SHUFFLED).hexdigest()
