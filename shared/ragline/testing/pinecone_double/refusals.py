"""What the double answers instead of a result."""

from __future__ import annotations

from collections.abc import Mapping


class RefusedCall(Exception):
    """A request that is answered with an error status.

    Args:
        status: of HTTP.
        message: what the body says.
        headers: of the answer.
    """

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = dict(headers or {})
