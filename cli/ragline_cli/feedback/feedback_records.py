"""The feedback of one tenant in a period, read from its topic record by record."""

from __future__ import annotations

from collections import Counter

from ragline.contracts.feedback import FeedbackGiven
from ragline.errors import Misconfigured
from ragline.messaging.record import Record
from ragline_cli.feedback.period import Period
from ragline_cli.feedback.ratings import LastWords, Rating
from ragline_cli.kafka.events import parse

_NAMED = 20


class FeedbackRecords:
    """Keeps the last ratings of `tenant`; if it is None, of the only tenant with feedback.

    `by_tenant` counts the ratings in the period, `unreadable` the records that are not ratings.
    """

    def __init__(self, period: Period, tenant: str | None) -> None:
        self._period = period
        self._tenant = tenant
        self._last_words = LastWords()
        self.by_tenant: Counter[str] = Counter()
        self.unreadable = 0

    def see(self, record: Record) -> None:
        """Process a record."""
        if not self._period.holds(record.timestamp):
            return
        event = parse(FeedbackGiven, record.value)
        if event is None:
            self.unreadable += 1
            return
        self.by_tenant[event.tenant] += 1
        if event.tenant == (self._tenant or next(iter(self.by_tenant))):
            self._last_words.add(Rating.of(event, record))

    def tenant(self) -> str | None:
        """Return the tenant of the feedback; None if there is no feedback.

        Raises:
            Misconfigured: several tenants have feedback, and none was named.
        """
        if self._tenant is None and len(self.by_tenant) > 1:
            raise Misconfigured(
                f"there is feedback of several tenants: {self.tenants_text()}; "
                "an evaluation set is for one tenant: name it with --tenant"
            )
        return self._tenant or next(iter(self.by_tenant), None)

    def tenants_text(self) -> str:
        """Return the tenants with most feedback, and their counts."""
        shown = [f"{name} ({count})" for name, count in self.by_tenant.most_common(_NAMED)]
        return ", ".join([*shown, *(["…"] if len(self.by_tenant) > _NAMED else [])])

    @property
    def last_words(self) -> LastWords:
        """The ratings of that tenant that count."""
        return self._last_words
