"""A GET request to a server of the stack, whose whole answer has come or which has failed."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpAnswer:
    """A complete answer, whatever its status."""

    status: int
    body: bytes


def http_get(url: str, *, timeout_s: float) -> HttpAnswer:
    """Return the answer to a GET request.

    Args:
        url: of a server on this machine.
        timeout_s: limit of connecting, and of each wait for a part of the answer.

    Raises:
        OSError: nothing listens, or the answer does not come, or not all of it.
    """
    try:
        return _answer(url, timeout_s)
    except urllib.error.URLError as error:
        raise ConnectionError(str(error.reason)) from error
    except http.client.HTTPException as error:
        raise ConnectionError(f"no complete answer: {error!r}") from error


def _answer(url: str, timeout_s: float) -> HttpAnswer:
    try:
        with urllib.request.urlopen(url, timeout=timeout_s) as answer:  # noqa: S310 - ours
            return HttpAnswer(status=answer.status, body=answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return HttpAnswer(status=error.code, body=error.read())
