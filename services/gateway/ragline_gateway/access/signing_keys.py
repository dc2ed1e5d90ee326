"""The issuer's current keys: fetched on demand, at a limited rate."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from jwt import PyJWK

from ragline.clock import Monotonic
from ragline.errors import Unavailable
from ragline_gateway.access.jwks import KeySet

log = logging.getLogger(__name__)

# Minimum time between two fetches, also for unknown key ids and after failed fetches
_PAUSE_S = 10.0


class SigningKeys:
    """Finds the key that a token names.

    Keys are fetched before the first use, again after `refresh_s`, and when a token names an
    unknown key. While the issuer is unreachable, the keys fetched last stay valid until they are
    `max_age_s` old; after that, no token is accepted.

    Args:
        fetch: fetches the keys, or raises `Unavailable`.
        refresh_s: age from which keys are fetched again.
        max_age_s: age from which keys are no longer valid.
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
            Unavailable: no valid key set can be obtained at the moment.
        """
        if self._age >= self._max_age_s:
            await self._renew()
        elif self._age >= self._refresh_s and not self._fetching.locked():
            await self._renew()  # one request waits for the fetch, the others use the previous keys
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
        """Without a key id, return the key only if it is the only one for the algorithm."""
        if key_id is not None:
            return self._keys.get((key_id, algorithm))
        fitting = [key for (_, each), key in self._keys.items() if each == algorithm]
        return fitting[0] if len(fitting) == 1 else None

    async def _renew(self) -> None:
        """Fetch the keys, unless this or another request tried to a moment ago."""
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
