"""The generated documents: a seed stands for their bytes, and good ones can be read."""

from __future__ import annotations

from random import Random

import pytest
from tests.unit.ingestor.conftest import LIMITS

from ragline.contracts.media_types import MSG, SOURCE_SUFFIXES
from ragline_ingestor.document import Content
from ragline_ingestor.parsers import PARSERS, parse

from .documents import DAMAGES, FORMATS, whole
from .sections import sections

SEED = 11


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("damage", DAMAGES)
def test_the_same_dice_give_the_same_bytes(name: str, damage: str) -> None:
    first, second = (DAMAGES[damage](FORMATS[name], Random(SEED)) for _ in range(2))
    assert first == second


@pytest.mark.parametrize("name", FORMATS)
def test_a_good_document_is_read_to_its_last_section(name: str) -> None:
    form = FORMATS[name]
    last = sections(Random(SEED))[-1]
    content = Content(data=whole(form, Random(SEED)), media_type=None)
    media_type = form.media_type.replace("mdx", "markdown")
    found = parse(content, media_type=media_type, limits=LIMITS)
    assert _plain(last.heading) & _plain(found.text), found.text[-500:]


def test_every_format_that_is_read_is_generated() -> None:
    generated = {form.media_type for form in FORMATS.values()}
    assert PARSERS.keys() - generated - SOURCE_SUFFIXES.keys() == {MSG}


def _plain(text: str) -> set[str]:
    return {word for word in text.lower().split() if word.isalpha() and len(word) > 3}
