"""Every parameter of a response is honoured, cannot change an answer, or is refused by its name."""

from __future__ import annotations

import inspect

from openai.resources.responses import Responses

from ragline_gateway.responses.models import ResponseRequest
from ragline_gateway.responses.parameters import LIMITED, WITHOUT_EFFECT

_OF_THE_CLIENT = {"self", "extra_headers", "extra_query", "extra_body", "timeout"}


def test_every_parameter_of_the_client_is_decided_upon() -> None:
    known = set(inspect.signature(Responses.create).parameters) - _OF_THE_CLIENT
    decided = (set(ResponseRequest.model_fields), set(LIMITED), set(WITHOUT_EFFECT))

    assert known <= set.union(*decided)
    assert sum(map(len, decided)) == len(set.union(*decided))
