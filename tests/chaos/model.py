"""The expected final state of the document store: published changes, applied by version. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any, Literal

TENANTS = ("acme", "globex", "initech")
_GROUPS = ("staff", "ops", "legal")
_WORDS = ("amber", "birch", "cobalt", "dune", "ember", "fjord", "garnet", "heath", "iris", "jade")

# share of the questions that no page answers, which the pipeline looks for a second time
_TWO_LOOKS = 0.25

Kind = Literal["upsert", "delete", "access"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change event, as it is published."""

    tenant: str
    document_id: str
    version: int
    kind: Kind
    content: str | None = None
    access: tuple[str, ...] | None = None

    @property
    def topic(self) -> str:
        """The topic of the event."""
        return "document-access" if self.kind == "access" else "documents"

    @property
    def key(self) -> str:
        """The record's key, which here is also the document's name."""
        return f"{self.tenant}/{self.document_id}"

    @property
    def value(self) -> dict[str, Any]:
        """The record's value, with only the fields that a CMS would send."""
        body: dict[str, Any] = {
            "tenant": self.tenant,
            "document_id": self.document_id,
            "version": self.version,
        }
        if self.kind != "access":
            body["operation"] = self.kind
        if self.content is not None:
            body |= {"content": self.content, "media_type": "text/markdown"}
        if self.access is not None:
            body["access"] = list(self.access)
        return body


@dataclass(slots=True)
class Expected:
    """A document's final state: the highest version wins, and for equal versions a delete."""

    version: int = -1
    gone: bool = False
    content: str | None = None
    access_version: int = -1
    access: tuple[str, ...] = ()

    def apply(self, change: Change) -> None:
        """Take a change into account; changes may come in any order."""
        if change.access is not None and change.version >= self.access_version:
            self.access_version, self.access = change.version, change.access
        if change.kind == "access":
            return
        gone = change.kind == "delete"
        if (change.version, gone) >= (self.version, self.gone):
            self.version, self.gone, self.content = change.version, gone, change.content


@dataclass
class Library:
    """Generates reproducible changes of a fixed set of documents, and knows the final state."""

    random: Random
    questions: Random
    documents: int = 45
    expected: dict[str, Expected] = field(default_factory=dict)
    published: list[Change] = field(default_factory=list)
    _versions: dict[str, int] = field(default_factory=dict)

    def first(self) -> Iterator[Change]:
        """Return the first version of every document."""
        for number in range(self.documents):
            yield self._upsert(TENANTS[number % len(TENANTS)], f"machine-{number:03d}.md")

    def changes(self) -> Iterator[Change]:
        """Return endless changes: new versions, repeated or late old ones, deletes, access."""
        late: list[Change] = []
        while True:
            number = self.random.randrange(self.documents)
            where = TENANTS[number % len(TENANTS)], f"machine-{number:03d}.md"
            match self.random.random():
                case dice if dice < 0.60:
                    yield self._upsert(*where)
                case dice if dice < 0.70 and self.published:
                    yield self.random.choice(self.published)  # a repeat, maybe long superseded
                case dice if dice < 0.80:
                    late.append(self._upsert(*where))  # later versions overtake it
                case dice if dice < 0.87:
                    yield self._change(*where, kind="delete")
                case _:
                    count = self.random.randrange(3)
                    groups = tuple(sorted(self.random.sample(_GROUPS, count)))
                    yield self._change(*where, kind="access", access=groups)
            if late and self.random.random() < 0.3:
                yield late.pop(self.random.randrange(len(late)))

    def note(self, change: Change) -> None:
        """Take a change that Kafka has stored into account."""
        self.published.append(change)
        self.expected.setdefault(change.key, Expected()).apply(change)

    def question(self) -> tuple[str, str]:
        """Return a tenant and a question about one of its documents."""
        # a separate random generator, because questions and changes are made in different threads
        number = self.questions.randrange(self.documents)
        tenant, machine = TENANTS[number % len(TENANTS)], f"machine {number:03d}"
        if self.questions.random() < _TWO_LOOKS:
            return tenant, f"Which workshop keeps the oil that the maker of {machine} recommends?"
        return tenant, f"What is the code word of {machine}?"

    def _upsert(self, tenant: str, document_id: str) -> Change:
        number = document_id.removeprefix("machine-").removesuffix(".md")
        word = f"{self.random.choice(_WORDS)}-{self.random.randrange(10_000)}"
        content = (
            f"# Machine {number}\n\nThe code word of machine {number} is {word}.\n\n"
            f"## Care\n\nOil machine {number} every {self.random.randrange(2, 90)} days.\n"
        )
        access = ("staff",) if self.random.random() < 0.1 else None
        return self._change(tenant, document_id, kind="upsert", content=content, access=access)

    def _change(self, tenant: str, document_id: str, **fields: Any) -> Change:
        key = f"{tenant}/{document_id}"
        version = self._versions[key] = self._versions.get(key, 0) + 1
        return Change(tenant=tenant, document_id=document_id, version=version, **fields)
