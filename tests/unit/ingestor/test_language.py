"""The language: as stated, else as the prose shows, else none."""

from __future__ import annotations

import pytest

from ragline.contracts.languages import primary_language
from ragline.contracts.media_types import MARKDOWN
from ragline.contracts.queries import Filters
from ragline_ingestor.document import Content, ParseLimits
from ragline_ingestor.language import detect_language
from ragline_ingestor.parsers import parse

TEXTS = {
    "en": "The broker deletes a queue that nobody uses. Set the argument when you declare it.",
    "de": "Der Broker löscht eine Warteschlange, die niemand benutzt, nach der angegebenen Zeit.",
    "fr": "Le courtier supprime une file que personne n'utilise. Définissez l'argument à la main.",
    "es": "El intermediario elimina una cola que nadie utiliza después del tiempo que se indica.",
    "it": "Il broker elimina una coda che nessuno usa. Imposta l'argomento quando la dichiari.",
    "pl": "Broker usuwa kolejkę, której nikt nie używa. Ustaw argument podczas deklarowania.",
    "ru": "Брокер удаляет очередь, которой никто не пользуется, по истечении указанного времени.",
    "ja": "誰も使わないキューは、指定された時間が過ぎるとブローカーによって自動的に削除されます。",
}


def detected(text: str) -> str | None:
    content = Content(data=text.encode())
    return detect_language(parse(content, media_type=MARKDOWN, limits=ParseLimits()))


@pytest.mark.parametrize("language", TEXTS)
def test_prose_shows_its_language(language: str) -> None:
    assert detected(f"# 3.12\n\n{TEXTS[language]}\n\n{TEXTS[language]}") == language


def test_code_does_not_count() -> None:
    code = "```python\nwhile the_queue.is_not_empty(): return the_next_message_of_it()\n```"
    assert detected(code) is None
    assert detected(f"{TEXTS['de']}\n\n{code * 20}") == "de"


@pytest.mark.parametrize("text", ["Queues", "10.0.0.1 5672 15672 " * 20, "x1 y2 z3 " * 20])
def test_little_or_no_prose_has_no_language(text: str) -> None:
    assert detected(text) is None


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("en", "en"),
        ("EN-us", "en"),
        ("pt_BR.UTF-8", "pt"),
        ("zh-Hant", "zh"),
        (" ", None),
        (None, None),
    ],
)
def test_a_tag_counts_without_its_region(tag: str | None, language: str | None) -> None:
    assert primary_language(tag) == language


def test_filters_ask_without_region_and_never_for_nothing() -> None:
    assert Filters(languages=("de-AT", "DE", "en_US")).languages == ("de", "en")
    assert Filters(languages=("",)).languages == ("",)
