"""Translates the OpenAI client's exceptions into our error tree."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime

import openai

from ragline.clock import Clock
from ragline.errors import DeadlineExceeded, Misconfigured, RaglineError, RateLimited, Unavailable
from ragline.retry_after import finite_seconds, parse_retry_after

_QUOTA_USED_UP = "insufficient_quota"
_SERVER_SIDE = (408, 409)


@contextmanager
def translated() -> Iterator[None]:
    """Turn the client's exceptions and time-outs into `ragline.errors`.

    Raises:
        RateLimited: 429, or 503 with `Retry-After`.
        Unavailable: no connection, a stream that breaks or holds no JSON, 408, 409 and 5xx.
        DeadlineExceeded: the time given is used up.
        Misconfigured: the server refuses the key, the model or the request (other 4xx).
    """
    try:
        yield
    except (openai.APITimeoutError, TimeoutError) as error:
        raise DeadlineExceeded("the language model did not answer in the time left") from error
    except openai.APIStatusError as error:
        raise _from_status(error) from error
    except openai.APIConnectionError as error:
        raise Unavailable("no connection to the language model's server") from error
    except (openai.OpenAIError, json.JSONDecodeError, OSError) as error:
        raise Unavailable(f"the language model's server broke off: {error}") from error


def _from_status(error: openai.APIStatusError) -> RaglineError:
    status, message = error.status_code, f"the language model's server says {error.status_code}"
    retry_after = asked_to_wait(error.response.headers, now=_now)
    if status == 429 and error.code == _QUOTA_USED_UP:
        return Misconfigured(f"{message}: the account's quota is used up")
    if status == 429 or (status == 503 and retry_after is not None):
        return RateLimited(f"{message}: ask again later", retry_after=retry_after)
    if status >= 500 or status in _SERVER_SIDE:
        return Unavailable(message)
    return Misconfigured(f"{message}: check RAGLINE_LLM__* (key, model, api): {error.message}")


def asked_to_wait(headers: Mapping[str, str], *, now: Clock) -> float | None:
    """Return the seconds that a response asks to wait, or None.

    OpenAI and Azure also send `retry-after-ms`; all servers use `Retry-After`.
    """
    exact = finite_seconds(headers.get("retry-after-ms"))
    if exact is not None:
        return exact / 1_000
    return parse_retry_after(headers.get("retry-after"), now=now())


def _now() -> datetime:
    return datetime.now(UTC)
