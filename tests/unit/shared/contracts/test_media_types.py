"""A suffix names a format; some formats are refused with a word."""

from __future__ import annotations

import pytest

from ragline.contracts.media_types import BY_SUFFIX, PPTX, named_media_type, refusal


def test_every_format_that_is_read_is_not_refused() -> None:
    assert [refusal(media_type) for media_type in BY_SUFFIX.values() if refusal(media_type)] == []


@pytest.mark.parametrize(
    "suffix", [".zip", ".tar", ".gz", ".tgz", ".7z", ".rar", ".DOC", ".xls", ".ppt"]
)
def test_archives_and_old_office_files_are_refused_by_their_suffix(suffix: str) -> None:
    assert refusal(named_media_type(suffix))


def test_the_case_of_a_suffix_does_not_matter() -> None:
    assert named_media_type(".PPTX") == PPTX
    assert named_media_type(".exe") is None
    assert refusal(None) is None
