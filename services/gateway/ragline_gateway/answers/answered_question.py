"""Which question an answer is about, read from its bytes. Pure."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, ValidationError

from ragline.contracts.base import DEFAULT_TENANT


class AnsweredQuestion(BaseModel):
    """The fields of an answer that say whose it is; the others are not read."""

    model_config = ConfigDict(extra="ignore")

    tenant: str = DEFAULT_TENANT
    question_digest: str | None = None

    def matches(self, tenant: str, digest: str) -> bool:
        """Tell whether it is to this tenant's question, as far as an earlier release says."""
        return self.tenant == tenant and self.question_digest in (None, digest)


def answered_question(answer: bytes) -> AnsweredQuestion | None:
    """Return the question that `answer` is to, or None if it is no answer."""
    try:
        return AnsweredQuestion.model_validate_json(answer)
    except ValidationError:
        return None
