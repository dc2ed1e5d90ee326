"""What a question over HTTP may leave out, or say as null."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from ragline_gateway.feedback.routes import FeedbackBody
from ragline_gateway.queries.models import AskBody


@pytest.mark.parametrize(
    ("kind", "required"), [(AskBody, {"text": "why?"}), (FeedbackBody, {"rating": "up"})]
)
def test_null_is_the_default_of_every_optional_field(
    kind: type[BaseModel], required: dict[str, Any]
) -> None:
    nulls = {name: None for name in kind.model_fields if name not in required}
    assert kind.model_validate(required | nulls) == kind.model_validate(required)


def test_null_is_the_default_inside_of_a_field_too() -> None:
    nulls = {
        "options": {"top_k": None, "max_answer_tokens": None, "min_versions": None},
        "filters": {"tags": None, "document_ids": None, "updated_from": None},
    }
    assert AskBody.model_validate({"text": "why?", **nulls}) == AskBody(text="why?")


def test_a_required_field_is_not_null_and_a_misspelt_one_not_unseen() -> None:
    for broken in ({"text": None}, {"text": "why?", "filter": None}):
        with pytest.raises(ValidationError):
            AskBody.model_validate(broken)
