"""The indexes that there are, and which one answers questions: one record, replaced as a whole.

A change is a single record on a topic of one partition. So whoever follows the topic sees the
indexes before a change or after it, and nothing in between.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Final

from pydantic import AwareDatetime, Field, StringConstraints

from ragline.contracts import bounds
from ragline.contracts.base import Contract, Event

IndexName = Annotated[
    str, StringConstraints(max_length=bounds.INDEX_CHARS, pattern=r"^[a-z][a-z0-9-]*$")
]
SettingName = Annotated[
    str, StringConstraints(max_length=bounds.NAME_CHARS, pattern=r"^[A-Z][A-Z0-9_]*__[A-Z0-9_]+$")
]
SettingValue = Annotated[str, StringConstraints(max_length=bounds.URL_CHARS)]
IndexSettings = Annotated[dict[SettingName, SettingValue], Field(max_length=bounds.INDEX_SETTINGS)]

# The index that the services' settings name; the only one until another is made
BASE_INDEX: Final = "base"
# After a flip both ingestors tell what became of the changes of these seconds, so that none stays
# untold while the one has not heard of the flip yet and the other has
_BOTH_TELL_S = 60.0


class Index(Contract):
    """One index. `settings` differ from those of the services; names are without `RAGLINE_`.

    They hold no secrets: an index is in a store whose credentials the services have.
    """

    name: IndexName
    settings: IndexSettings = Field(default_factory=dict)
    made_at: AwareDatetime | None = None


class IndexesChanged(Event):
    """All indexes after a change; each record replaces the one before.

    `live` answers questions, since `live_since` on the broker's clock; `previous` did so before.
    `rolled_back` says that `live` had answered before that, so that a command that is repeated does
    not undo what it did.
    `opening` is opened by all who search, because it shall become the live one. `dropping` is being
    removed: nobody may write to it any more. `revision` grows by one with each change; 0 means that
    nothing was ever changed.
    """

    ce_type: ClassVar[str] = "ragline.indexes.changed.v1"

    revision: Annotated[int, Field(ge=0)]
    live: IndexName
    live_since: AwareDatetime | None = None
    previous: IndexName | None = None
    rolled_back: bool = False
    opening: IndexName | None = None
    dropping: IndexName | None = None
    indexes: Annotated[tuple[Index, ...], Field(max_length=bounds.INDEXES)] = (
        Index(name=BASE_INDEX),
    )

    @property
    def key(self) -> str:
        """Always the same: compaction keeps the last record."""
        return "indexes"

    @property
    def subject(self) -> str:
        """Always the same."""
        return "indexes"

    def find(self, name: str) -> Index | None:
        """Return the index of that name, unless it is not there or being removed."""
        if name == self.dropping:
            return None
        return next((each for each in self.indexes if each.name == name), None)

    def tells(self, name: str, appended_ms: float) -> bool:
        """Tell whether the ingestor of `name` publishes what became of a change.

        Publishers wait for the one status of a change, so only the live index's ingestor tells, but
        for changes around a flip, when each of the two may think that it is the other's turn.

        Args:
            name: whose ingestor asks.
            appended_ms: when the broker appended the change, in epoch milliseconds.
        """
        if name == self.live:
            return True
        if name != self.previous or self.live_since is None:
            return False
        return appended_ms <= (self.live_since.timestamp() + _BOTH_TELL_S) * 1_000


# Before anything was told of indexes
ONLY_BASE: Final = IndexesChanged(revision=0, live=BASE_INDEX)
