"""The feedback of one tenant in a period, taken off its topic record by record."""

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
    """Keeps the last words of `tenant`, or of the only tenant with feedback where it is None.

    `by_tenant` counts the ratings in the period, `unreadable` the records that are none.
    """

    def __init__(self, period: Period, tenant: str | None) -> None:
        self._period = period
        self._tenant = tenant
        self._last_words = LastWords()
        self.by_tenant: Counter[str] = Counter()
        self.unreadable = 0

    def see(self, record: Record) -> None:
        """Take a record into account."""
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
        """Return whose feedback this is; None where there is none.

        Raises:
            Misconfigured: several tenants have feedback, and none was named.
        """
        if self._tenant is None and len(self.by_tenant) > 1:
            raise Misconfigured(
                f"there is feedback of several tenants: {self.tenants_text()}; "
                "an evaluation set is of one: name it with --tenant"
            )
        return self._tenant or next(iter(self.by_tenant), None)

    def tenants_text(self) -> str:
        """Return the tenants with most feedback, and how much."""
        shown = [f"{name} ({count})" for name, count in self.by_tenant.most_common(_NAMED)]
        return ", ".join([*shown, *(["…"] if len(self.by_tenant) > _NAMED else [])])

    @property
    def last_words(self) -> LastWords:
        """What counts of that tenant."""
        return self._last_words
