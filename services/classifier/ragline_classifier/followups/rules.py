"""What the rules of a language have in common."""

from __future__ import annotations

from collections.abc import Set
from typing import Protocol

from ragline_classifier.followups.standalone_question import StandaloneQuestion


class FollowUpRules(Protocol):
    """Completes the follow-ups of one language."""

    @property
    def words(self) -> Set[str]:
        """Words in small letters that show the language; most are in no other one."""
        ...

    def fresh(self, text: str) -> StandaloneQuestion:
        """Return a question that does not depend on earlier ones."""
        ...

    def joined(self, text: str, previous: StandaloneQuestion) -> StandaloneQuestion:
        """Return `text` completed from the question before it; as it is where it stands alone."""
        ...
