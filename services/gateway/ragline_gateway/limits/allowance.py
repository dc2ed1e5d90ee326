"""What one request may cost of its caller's requests a minute."""

from __future__ import annotations

from typing import Annotated, Protocol

from fastapi import Depends, Request

from ragline_gateway.access.caller import Caller
from ragline_gateway.limits.quota import Quota
from ragline_gateway.problems import NoCredentials, TooManyAtOnce, TooManyRequests


class Limiter(Protocol):
    """Counts a caller's requests."""

    async def take(self, caller: Caller, *, beyond: int = 0) -> Quota | None:
        """Count one request, or `beyond` more for one that was counted already.

        Raises:
            TooManyRequests: so many are not left; nothing is counted.
        """
        ...


class Allowance:
    """Counts a request as one, and as many as it carries things to do.

    `quota` is what is left, null while that is not known.
    """

    def __init__(self, limiter: Limiter, caller: Caller) -> None:
        self._limiter = limiter
        self._caller = caller
        self.quota: Quota | None = None

    async def enter(self) -> None:
        """Count the request.

        Raises:
            TooManyRequests: the caller has none left.
        """
        self.quota = await self._limiter.take(self._caller)

    async def spend(self, things: int) -> None:
        """Count a request that was let in as one for each of `things`; before any is done.

        Raises:
            TooManyRequests: so many are not left.
            TooManyAtOnce: so many are never left.
        """
        limit = self.quota.limit if self.quota else things
        if things > limit:
            raise TooManyAtOnce(limit)
        if things > 1:
            try:
                self.quota = await self._limiter.take(self._caller, beyond=things - 1)
            except TooManyRequests:
                self.quota = None  # the problem tells it
                raise


async def _allowance(request: Request) -> Allowance:
    found: Allowance | None = getattr(request.state, "allowance", None)
    if found is None:
        raise NoCredentials
    return found


Allowed = Annotated[Allowance, Depends(_allowance)]
