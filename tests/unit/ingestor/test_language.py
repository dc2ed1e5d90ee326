"""The language: as stated, else as the prose shows, else none."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from py3langid.langid import MODEL_FILE, LanguageIdentifier
from tests.unit.ingestor.conftest import LIMITS, SIZES

from ragline import language
from ragline.contracts.documents import DocumentChanged
from ragline.contracts.languages import primary_language
from ragline.contracts.media_types import MARKDOWN
from ragline.contracts.queries import Filters
from ragline.ports.store import IndexedDocument
from ragline_ingestor.assembly import draft
from ragline_ingestor.document import Content
from ragline_ingestor.language import detect_language
from ragline_ingestor.parsers import parse
from ragline_ingestor.preparer import Preparer

PREPARER = Preparer(limits=LIMITS, sizes=SIZES)

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
    return detect_language(parse(content, media_type=MARKDOWN, limits=LIMITS))


@pytest.mark.parametrize("spoken", TEXTS)
def test_prose_shows_its_language(spoken: str) -> None:
    assert detected(f"# 3.12\n\n{TEXTS[spoken]}\n\n{TEXTS[spoken]}") == spoken


def test_code_does_not_count() -> None:
    code = "```python\nwhile the_queue.is_not_empty(): return the_next_message_of_it()\n```"
    assert detected(code) is None
    assert detected(f"{TEXTS['de']}\n\n{code * 20}") == "de"


@pytest.mark.parametrize("text", ["Queues", "10.0.0.1 5672 15672 " * 20, "x1 y2 z3 " * 20])
def test_little_or_no_prose_has_no_language(text: str) -> None:
    assert detected(text) is None


def test_worker_threads_share_one_model(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = []

    def load(*_: object, **__: object) -> LanguageIdentifier:
        loaded.append(1)
        return from_file(MODEL_FILE, norm_probs=True)

    from_file = LanguageIdentifier.from_model_file
    monkeypatch.setattr(LanguageIdentifier, "from_model_file", load)
    language._model.cache_clear()
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(detected, list(TEXTS.values()))) == list(TEXTS)
    assert len(loaded) == 1


@pytest.mark.parametrize(
    ("stated", "content", "expected"),
    [
        ("de-AT", TEXTS["en"], "de"),
        (None, f"---\nlang: fr-CA\n---\n{TEXTS['en']}", "fr"),
        (None, TEXTS["en"], "en"),
        (None, "Queues", None),
    ],
    ids=["event", "document", "detected", "none"],
)
def test_what_is_stated_wins(stated: str | None, content: str, expected: str | None) -> None:
    assert drafted(stated, content).language == expected


def test_a_detected_language_does_not_make_a_document_another() -> None:
    event, content = changed(None, TEXTS["en"])
    prepared = PREPARER(content, names=())
    undetected = replace(prepared, language=None)
    hashes = {draft(event, content, p).content_hash for p in (prepared, undetected)}
    assert len(hashes) == 1
    assert drafted("en", TEXTS["en"]).content_hash not in hashes


def changed(stated: str | None, text: str) -> tuple[DocumentChanged, Content]:
    event = DocumentChanged(document_id="d", version=1, content=text, language=stated)
    return event, Content(data=text.encode(), media_type=MARKDOWN)


def drafted(stated: str | None, text: str) -> IndexedDocument:
    event, content = changed(stated, text)
    return draft(event, content, PREPARER(content, names=()))


@pytest.mark.parametrize(
    ("tag", "primary"),
    [
        ("en", "en"),
        ("EN-us", "en"),
        ("pt_BR.UTF-8", "pt"),
        ("zh-Hant", "zh"),
        ("nb-NO", "no"),
        ("iw", "he"),
        (" ", None),
        (None, None),
    ],
)
def test_a_tag_counts_without_its_region(tag: str | None, primary: str | None) -> None:
    assert primary_language(tag) == primary


def test_filters_ask_without_region_and_never_for_nothing() -> None:
    assert Filters(languages=("de-AT", "DE", "en_US")).languages == ("de", "en")
    assert Filters(languages=("",)).languages == ("",)
