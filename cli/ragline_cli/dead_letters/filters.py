"""Selects the dead letters that a command works on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase

from ragline.contracts.dead_letters import Cause
from ragline.contracts.topics import BY_NAME, DEAD_LETTERS, DEAD_LETTERS_HANDLED
from ragline.errors import Misconfigured
from ragline_cli.dead_letters.letter import DeadLetter, LetterId
from ragline_cli.instants import read_instant


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterFilters:
    """Conditions that a dead letter must meet; null or an empty tuple means no condition.

    `keys` are exact keys or globs (`acme/*`). `since` is inclusive, `until` exclusive; both refer
    to the instant of the failure.
    """

    ids: frozenset[LetterId] | None = None
    topics: tuple[str, ...] = ()
    causes: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None

    def match(self, letter: DeadLetter) -> bool:
        """Whether `letter` meets the conditions."""
        return (
            (self.ids is None or letter.id in self.ids)
            and (not self.causes or letter.cause in self.causes)
            and (not self.services or letter.service in self.services)
            and self._topic(letter)
            and self._key(letter)
            and (self.since is None or letter.failed_at >= self.since)
            and (self.until is None or letter.failed_at < self.until)
        )

    def _topic(self, letter: DeadLetter) -> bool:
        failed_on = letter.source.topic if letter.source else None
        return not self.topics or letter.origin in self.topics or failed_on in self.topics

    def _key(self, letter: DeadLetter) -> bool:
        if not self.keys:
            return True
        key = (letter.key or b"").decode("utf-8", "replace")
        return any(key == wanted or fnmatchcase(key, wanted) for wanted in self.keys)


def make_filters(
    *,
    ids: Iterable[str] = (),
    topics: Iterable[str] = (),
    causes: Iterable[str] = (),
    services: Iterable[str] = (),
    keys: Iterable[str] = (),
    since: str | None = None,
    until: str | None = None,
    now: datetime,
) -> LetterFilters:
    """Parse filters from the command line.

    Raises:
        Misconfigured: an id, a name or an instant is invalid; the message lists the valid names.
    """
    sources = sorted(BY_NAME.keys() - {DEAD_LETTERS.name, DEAD_LETTERS_HANDLED.name})
    return LetterFilters(
        ids=frozenset(LetterId.parse(text) for text in ids) or None,
        topics=_known("topic", topics, sources),
        causes=_known("cause", causes, list(Cause)),
        services=_known("service", services, DEAD_LETTERS.producers),
        keys=tuple(keys),
        since=read_instant(since, now) if since else None,
        until=read_instant(until, now) if until else None,
    )


def _known(what: str, names: Iterable[str], valid: Iterable[str]) -> tuple[str, ...]:
    found, known = tuple(names), [str(name) for name in valid]
    for name in found:
        if name not in known:
            raise Misconfigured(f"unknown {what} {name!r}; there are {', '.join(known)}")
    return found
