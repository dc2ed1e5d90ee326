"""The issuer's keys as they are now: fetched when they are needed, and not too often."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from jwt import PyJWK

from ragline.clock import Monotonic
from ragline.errors import Unavailable
from ragline_gateway.access.jwks import KeySet

log = logging.getLogger(__name__)

# At least between two fetches, whatever key ids tokens name, and however often fetching fails
_PAUSE_S = 10.0


class SigningKeys:
    """Finds the key that a token names.

    Keys are fetched before the first use, again after `refresh_s`, and when a token names one that
    is not known. While the issuer is away, the keys that were fetched last count for `max_age_s`
    altogether; then nobody gets in.

    Args:
        fetch: fetches the keys, or raises `Unavailable`.
        refresh_s: age from which keys are fetched again.
        max_age_s: age from which keys do not count any more.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        fetch: Callable[[], Awaitable[KeySet]],
        *,
        refresh_s: float,
        max_age_s: float,
        clock: Monotonic,
    ) -> None:
        self._fetch = fetch
        self._refresh_s = refresh_s
        self._max_age_s = max_age_s
        self._clock = clock
        self._keys: KeySet = {}
        self._fetched_at = float("-inf")
        self._tried_at = float("-inf")
        self._failed = False
        self._fetching = asyncio.Lock()

    async def find(self, key_id: str | None, algorithm: str) -> PyJWK | None:
        """Return the key of that id for `algorithm`, or None when the issuer has none.

        Raises:
            Unavailable: whether it has one cannot be known just now.
        """
        if self._age >= self._max_age_s:
            await self._renew()
        elif self._age >= self._refresh_s and not self._fetching.locked():
            await self._renew()  # one request waits for it, the others go by the keys of before
        found = self._find(key_id, algorithm)
        if found is None:
            await self._renew()
            found = self._find(key_id, algorithm)
        if self._age >= self._max_age_s or (found is None and self._failed):
            raise Unavailable("the issuer's keys cannot be fetched, so tokens cannot be checked")
        return found

    @property
    def _age(self) -> float:
        return self._clock() - self._fetched_at

    def _find(self, key_id: str | None, algorithm: str) -> PyJWK | None:
        """A token that names no key means the only one there is for its algorithm."""
        if key_id is not None:
            return self._keys.get((key_id, algorithm))
        fitting = [key for (_, each), key in self._keys.items() if each == algorithm]
        return fitting[0] if len(fitting) == 1 else None

    async def _renew(self) -> None:
        """Fetch the keys, unless that was tried a moment ago, also by whoever was first."""
        async with self._fetching:
            if self._clock() - self._tried_at < _PAUSE_S:
                return
            self._tried_at = self._clock()
            try:
                self._keys = await self._fetch()
            except Unavailable as error:
                self._failed = True
                log.warning("%s", error)
            else:
                self._failed = False
                self._fetched_at = self._clock()
