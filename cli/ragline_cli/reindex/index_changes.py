"""The changes of the indexes: pure, each of them repeatable."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from datetime import datetime, timedelta

from pydantic import ValidationError

from ragline.contracts.indexes import BASE_INDEX, Index, IndexesChanged
from ragline.errors import Misconfigured

_LOOK = "`ragline reindex status` shows which indexes there are"
# What may differ in an index. Secrets are no part of it: the record can be read by many
_CHOSEN = (
    "EMBEDDING__",
    "INGESTOR__CHUNK_",
    "INGESTOR__DOCX_COMMENTS",
    "INGESTOR__OCR",
    "VECTOR_STORE__COLLECTION",
    "VECTOR_STORE__GRPC_HOST",
    "VECTOR_STORE__GRPC_PORT",
    "VECTOR_STORE__KIND",
    "VECTOR_STORE__PINECONE_REGION",
    "VECTOR_STORE__QUANTISATION",
    "VECTOR_STORE__TIMEOUT_S",
    "VECTOR_STORE__URL",
)
_COLLECTION = "VECTOR_STORE__COLLECTION"
_PREFIX = "RAGLINE_"


def read_settings(given: list[str]) -> dict[str, str]:
    """Return `NAME=VALUE` texts as settings, with or without `RAGLINE_` before the name.

    Raises:
        Misconfigured: one has another form, or may not differ from index to index.
    """
    found: dict[str, str] = {}
    for text in given:
        name, equals, value = text.partition("=")
        name = name.strip().upper().removeprefix(_PREFIX)
        if not equals or "__" not in name:
            raise Misconfigured(
                f"--set {text!r} must be NAME=VALUE, for example "
                "EMBEDDING__MODEL=bge-small-en-v1.5-q"
            )
        if not name.startswith(_CHOSEN):
            raise Misconfigured(
                f"{_PREFIX}{name} is the same for all indexes; one index can have its own "
                + ", ".join(f"{_PREFIX}{each}{'*' if each[-1] == '_' else ''}" for each in _CHOSEN)
            )
        found[name] = value
    return found


def with_collection(name: str, settings: Mapping[str, str]) -> dict[str, str]:
    """Return `settings` with a collection of the index's own, if they name none."""
    own = "Index_" + name.replace("-", "_")
    return {_COLLECTION: own, **settings}


def added(
    indexes: IndexesChanged,
    name: str,
    settings: Mapping[str, str],
    *,
    now: datetime,
    place_of: Callable[[Index], Hashable],
) -> IndexesChanged:
    """Return the indexes with one more; the same ones if it is there with these settings.

    Args:
        indexes: those that there are.
        name: the new one's.
        settings: in which it differs from the services'.
        now: the current instant.
        place_of: says where an index is, with the services' settings below its own.

    Raises:
        Misconfigured: the name is taken or cannot be one, or its collection is another index's.
    """
    if name == BASE_INDEX:
        raise Misconfigured(
            f"{BASE_INDEX} is the index that the services' own settings make: choose another name"
        )
    if name == indexes.dropping:
        raise Misconfigured(
            f"index {name} is being dropped: finish that with `ragline reindex drop {name}`"
        )
    if (known := indexes.find(name)) is not None:
        if known.settings != dict(settings):
            raise Misconfigured(
                f"there is an index {name} with other settings ({_told(known)}): choose another "
                f"name, or drop it first with `ragline reindex drop {name}`"
            )
        return indexes
    try:
        index = Index(name=name, settings=dict(settings), made_at=now)
        for other in indexes.indexes:
            if place_of(other) == place_of(index):
                raise Misconfigured(
                    f"the collection of index {other.name} is the same one: choose another with "
                    f"--set {_COLLECTION}=NAME"
                )
        return IndexesChanged.model_validate(
            indexes.model_copy(update={"indexes": (*indexes.indexes, index)}).model_dump()
        )
    except ValidationError as error:
        told = "; ".join(str(each["msg"]) for each in error.errors())
        raise Misconfigured(f"index {name!r} cannot be made: {told}") from error


def opened(indexes: IndexesChanged, name: str) -> IndexesChanged:
    """Return the indexes with one that shall be opened by all who search.

    Raises:
        Misconfigured: there is no such index.
    """
    require(indexes, name)
    return indexes.model_copy(update={"opening": None if name == indexes.live else name})


def closed(indexes: IndexesChanged, name: str) -> IndexesChanged:
    """Return the indexes with one that need no longer be open: it does not become the live one."""
    return indexes.model_copy(update={"opening": None}) if indexes.opening == name else indexes


def flipped(
    indexes: IndexesChanged, name: str, *, at: datetime, back: bool = False
) -> IndexesChanged:
    """Return the indexes with another live one; the same ones if it is live already.

    Args:
        indexes: those that there are.
        name: which one shall answer.
        at: since when it does.
        back: whether it is the way back.

    Raises:
        Misconfigured: there is no such index.
    """
    require(indexes, name)
    if name == indexes.live:
        return indexes
    return indexes.model_copy(
        update={
            "live": name,
            "previous": indexes.live,
            "rolled_back": back,
            "live_since": at,
            "opening": None,
        }
    )


def marked_for_removal(
    indexes: IndexesChanged, name: str, *, now: datetime, keep: timedelta
) -> IndexesChanged:
    """Return the indexes with one to which nobody may write any more.

    Args:
        indexes: those that there are.
        name: which one.
        now: the current instant.
        keep: how long an index stays after it was live, for the way back.

    Raises:
        Misconfigured: it is live, was live lately, or another one is being dropped.
    """
    if indexes.dropping == name:
        return indexes
    require(indexes, name)
    if indexes.dropping is not None:
        raise Misconfigured(
            f"index {indexes.dropping} is being dropped: finish that first with `ragline reindex "
            f"drop {indexes.dropping}`"
        )
    if name == indexes.live:
        raise Misconfigured(f"index {name} answers questions: flip to another one first")
    if name == indexes.previous and indexes.live_since is not None:
        until = indexes.live_since + keep
        if now < until:
            raise Misconfigured(
                f"index {name} was live until {indexes.live_since:%Y-%m-%d %H:%M} UTC, and is kept "
                f"for the way back until {until:%Y-%m-%d %H:%M} UTC: run this again then, or at "
                "once with --keep 0"
            )
    opening = None if indexes.opening == name else indexes.opening
    return indexes.model_copy(update={"dropping": name, "opening": opening})


def removed(indexes: IndexesChanged, name: str) -> IndexesChanged:
    """Return the indexes without one that was marked for removal."""
    if indexes.dropping != name:
        return indexes
    return indexes.model_copy(
        update={
            "indexes": tuple(each for each in indexes.indexes if each.name != name),
            "dropping": None,
            "previous": None if indexes.previous == name else indexes.previous,
            "rolled_back": indexes.rolled_back and indexes.previous != name,
        }
    )


def require(indexes: IndexesChanged, name: str) -> Index:
    """Return an index.

    Raises:
        Misconfigured: it is not there.
    """
    if (found := indexes.find(name)) is None:
        raise Misconfigured(f"there is no index {name}; {_LOOK}")
    return found


def the_other(indexes: IndexesChanged, name: str | None) -> str:
    """Return `name`, else the only index that is not live.

    Raises:
        Misconfigured: there are none or several of those, or there is no index of that name.
    """
    if name is not None:
        return require(indexes, name).name
    others = [each.name for each in indexes.indexes if each.name not in _busy(indexes)]
    if not others:
        raise Misconfigured(
            f"index {indexes.live} is the only one: make another with `ragline reindex start --to "
            "NAME --set EMBEDDING__MODEL=…`"
        )
    if len(others) > 1:
        raise Misconfigured(f"say which index is meant: {' or '.join(sorted(others))}")
    return others[0]


def next_to_answer(indexes: IndexesChanged, name: str | None) -> str:
    """Return the index that a flip means: `name`, else the other one.

    If that answered before, the flip was done already, and the live one is meant.

    Raises:
        Misconfigured: as `the_other`.
    """
    if name == indexes.live:
        return name
    other = the_other(indexes, name)
    done = name is None and other == indexes.previous and not indexes.rolled_back
    return indexes.live if done else other


def the_one_before(indexes: IndexesChanged) -> str:
    """Return the index that a rollback means: the live one, if it was rolled back to already.

    Raises:
        Misconfigured: none was live before.
    """
    if indexes.rolled_back:
        return indexes.live
    if indexes.previous is None:
        raise Misconfigured("no index was live before: there is nothing to go back to")
    return indexes.previous


def _busy(indexes: IndexesChanged) -> set[str | None]:
    return {indexes.live, indexes.dropping}


def _told(index: Index) -> str:
    return ", ".join(f"{name}={value}" for name, value in sorted(index.settings.items())) or "none"
