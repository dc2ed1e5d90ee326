"""What every contract shares: frozen, tolerant of unknown fields, named in the past tense."""

from __future__ import annotations

from abc import abstractmethod
from typing import Annotated, Any, ClassVar, NamedTuple, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from ragline.contracts import bounds

_NO_CONTROL = r"^[^\x00-\x1f\x7f]+$"

QueryId = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=_NO_CONTROL)]
DocumentId = Annotated[str, StringConstraints(min_length=1, max_length=512, pattern=_NO_CONTROL)]
# Weaviate's rule for tenant names, the strictest of the stores
Tenant = Annotated[str, StringConstraints(max_length=64, pattern=r"^[A-Za-z0-9_-]{1,64}$")]
Group = Annotated[str, StringConstraints(min_length=1, max_length=256, pattern=_NO_CONTROL)]
Groups = Annotated[tuple[Group, ...], Field(max_length=bounds.GROUPS)]
Version = Annotated[int, Field(ge=0, le=2**63 - 1)]
VersionsById = Annotated[dict[DocumentId, Version], Field(max_length=bounds.MIN_VERSIONS)]

StandaloneText = Annotated[str, StringConstraints(max_length=bounds.STANDALONE_CHARS)]
UserName = Annotated[str, StringConstraints(max_length=bounds.USER_CHARS)]
Name = Annotated[str, StringConstraints(max_length=bounds.NAME_CHARS)]
Message = Annotated[str, StringConstraints(max_length=bounds.MESSAGE_CHARS)]
ModelName = Annotated[str, StringConstraints(max_length=bounds.MODEL_CHARS)]
Title = Annotated[str, StringConstraints(max_length=bounds.TITLE_CHARS)]
Heading = Annotated[str, StringConstraints(max_length=bounds.HEADING_CHARS)]
HeadingPath = Annotated[tuple[Heading, ...], Field(max_length=bounds.HEADINGS)]
Url = Annotated[str, StringConstraints(max_length=bounds.URL_CHARS)]
MediaType = Annotated[str, StringConstraints(max_length=bounds.MEDIA_TYPE_CHARS)]
LanguageTag = Annotated[str, StringConstraints(max_length=bounds.LANGUAGE_CHARS)]
Tag = Annotated[str, StringConstraints(max_length=bounds.TAG_CHARS)]
Tags = Annotated[tuple[Tag, ...], Field(max_length=bounds.TAGS)]
ChunkId = Annotated[str, StringConstraints(max_length=bounds.CHUNK_ID_CHARS)]
ChunkText = Annotated[str, StringConstraints(max_length=bounds.CHUNK_CHARS)]
Marker = Annotated[int, Field(ge=0, le=bounds.MARKER)]
# see `contracts/question.py`
QuestionDigest = Annotated[str, StringConstraints(max_length=32, pattern=r"^[0-9a-f]{32}$")]
Degradations = Annotated[tuple[Name, ...], Field(max_length=bounds.DEGRADATIONS)]

DEFAULT_TENANT = "default"

Grown = TypeVar("Grown", bound="Contract")


class Contract(BaseModel):
    """A frozen value; fields that this version does not know are ignored (forward compatible)."""

    model_config = ConfigDict(frozen=True, extra="ignore", ser_json_inf_nan="null")

    def grown(self, kind: type[Grown], **added: Any) -> Grown:
        """Return a `kind` with the fields that it shares with this value, and with `added`.

        Raises:
            ValidationError: together they make no `kind`.
        """
        own = type(self).model_fields
        shared = {name: getattr(self, name) for name in kind.model_fields if name in own}
        return kind(**(shared | added))


class Event(Contract):
    """A fact on a topic. `ce_type` names its CloudEvents type and version.

    Adding an optional field is compatible; anything else is a new `.vN`.
    """

    ce_type: ClassVar[str]

    @property
    @abstractmethod
    def key(self) -> str:
        """Kafka key: records of one key keep their order."""

    @property
    @abstractmethod
    def subject(self) -> str:
        """CloudEvents subject: what the event is about, without the tenant."""

    def to_json(self) -> bytes:
        """Return the record value: UTF-8 JSON without the fields that are null."""
        return self.model_dump_json(exclude_none=True).encode()


class QueryRef(NamedTuple):
    """What names a query: ids are the tenant's own, and two tenants may use the same one."""

    tenant: str
    query_id: str


class QueryEvent(Event):
    """An event about one query."""

    query_id: QueryId
    tenant: Tenant = DEFAULT_TENANT

    @property
    def ref(self) -> QueryRef:
        """The name of the query."""
        return QueryRef(self.tenant, self.query_id)

    @property
    def key(self) -> str:
        """The query id."""
        return self.query_id

    @property
    def subject(self) -> str:
        """The query id."""
        return self.query_id
