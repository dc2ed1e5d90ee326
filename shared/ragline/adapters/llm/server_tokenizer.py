"""Token counts by the language model server's own tokenizer: llama.cpp's and vLLM's `/tokenize`.

Both serve it next to `/v1`, not below it. One request covers all texts of a question;
`token_positions.py` assigns the returned tokens to the texts.
"""

from __future__ import annotations

import json
import math
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx

from ragline.adapters.circuit.circuit import Circuit
from ragline.adapters.llm.token_positions import SEPARATOR, Tokenised, located, total
from ragline.clock import Monotonic
from ragline.errors import Misconfigured
from ragline.model_settings import LlmSettings

_TIMEOUT_S = 0.5
_COOLDOWN_S = 30.0
_TEXTS_KEPT = 2_048

Count = Callable[[str], int]


@asynccontextmanager
async def open_server_tokenizer(
    settings: LlmSettings, *, estimate: Count, on_failure: Callable[[str], None]
) -> AsyncIterator[ServerTokenizer]:
    """Open a client for the tokenizer of the server of `settings`; nothing is sent yet.

    Raises:
        Misconfigured: no `base_url` is set; OpenAI itself has no such endpoint.
    """
    if settings.base_url is None:
        raise Misconfigured("RAGLINE_LLM__TOKENIZER=server needs RAGLINE_LLM__BASE_URL")
    root = settings.base_url.rstrip("/").removesuffix("/v1")
    key = settings.api_key
    headers = {"authorization": f"Bearer {key.get_secret_value()}"} if key else {}
    async with httpx.AsyncClient(base_url=root, headers=headers, timeout=_TIMEOUT_S) as client:
        yield ServerTokenizer(
            client, model=settings.model, estimate=estimate, on_failure=on_failure
        )


class ServerTokenizer:
    """Port `Tokenizer`. Remembers recent texts; estimates counts that the server cannot give.

    Args:
        client: its base address is the server's root.
        model: the model whose tokenizer is used, in case the server has several models.
        estimate: counts without the server.
        on_failure: called with the reason when the server did not answer; it is then not called
            for half a minute.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        client: httpx.AsyncClient,
        *,
        model: str,
        estimate: Count,
        on_failure: Callable[[str], None],
        clock: Monotonic = time.monotonic,
    ) -> None:
        self._client = client
        self._model = model
        self._estimate = estimate
        self._on_failure = on_failure
        self._circuit = Circuit(cooldown_s=_COOLDOWN_S, clock=clock)
        self._kept: OrderedDict[str, Tokenised] = OrderedDict()

    async def counter(self, texts: Collection[str]) -> Count:
        """Return a token counter: exact for `texts` and their slices, estimated for other texts."""
        wanted = list(dict.fromkeys(text for text in texts if text))
        missing = [text for text in wanted if text not in self._kept]
        reply = await self._asked(missing) if missing and not self._circuit.open else {}
        self._keep(located(missing, reply) or ())
        known = [self._kept[text] for text in wanted if text in self._kept]
        counted = sum(len(each.starts) for each in known) or total(reply)
        estimated = sum(map(self._estimate, (each.text for each in known) if known else missing))
        ratio = counted / estimated if counted and estimated else 1.0
        return _Counter(known, lambda text: math.ceil(ratio * self._estimate(text)))

    async def _asked(self, texts: Sequence[str]) -> dict[str, Any]:
        text = SEPARATOR.join(texts)
        # each server reads its own names and ignores the other's
        body = {
            "model": self._model,
            **{"content": text, "with_pieces": True, "add_special": False, "parse_special": False},
            **{"prompt": text, "return_token_strs": True, "add_special_tokens": False},
        }
        try:
            response = await self._client.post("/tokenize", json=body)
            reply = response.raise_for_status().json()
        except (httpx.HTTPError, json.JSONDecodeError, UnicodeDecodeError) as error:
            return self._failed(f"{type(error).__name__} {error}".strip())
        if not isinstance(reply, dict) or total(reply) is None:
            return self._failed("the reply holds no tokens")
        self._circuit.succeeded()
        return reply

    def _failed(self, reason: str) -> dict[str, Any]:
        self._circuit.failed()
        self._on_failure(reason)
        return {}

    def _keep(self, found: Sequence[Tokenised]) -> None:
        for each in found:
            self._kept[each.text] = each
        # the texts of the current question are the newest
        while len(self._kept) > max(_TEXTS_KEPT, len(found)):
            self._kept.popitem(last=False)


class _Counter:
    """Counts for one question; asked for the same text again and again."""

    def __init__(self, known: Sequence[Tokenised], estimate: Count) -> None:
        self._known = known
        self._estimate = estimate
        self._counted = {"": 0}

    def __call__(self, text: str) -> int:
        if text not in self._counted:
            found = (each.count(text) for each in self._known)
            exact = next((count for count in found if count is not None), None)
            self._counted[text] = self._estimate(text) if exact is None else max(1, exact)
        return self._counted[text]
