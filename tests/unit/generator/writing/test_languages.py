"""The language of a question, and refusals in it."""

from __future__ import annotations

import pytest

from ragline.contracts.answers import AnswerError
from ragline_generator import outcome
from ragline_generator.writing.languages import packaged

LANGUAGES = packaged()
QUESTIONS = {
    "de": "Wie lange werden Nachrichten aufbewahrt?",
    "en": "How long are messages kept by the broker?",
    "es": "¿Cuánto tiempo se guardan los mensajes?",
    "fr": "Combien de temps les messages sont-ils conservés ?",
    "it": "Per quanto tempo vengono conservati i messaggi?",
    "nl": "Hoe lang worden berichten bewaard?",
    "pt": "Por quanto tempo as mensagens são guardadas?",
    "ja": "パスワードをリセットするにはどうすればいいですか",
}
REASONS = [each for each in vars(outcome).values() if isinstance(each, AnswerError)]


@pytest.mark.parametrize("spoken", QUESTIONS)
async def test_a_question_shows_its_language(spoken: str) -> None:
    assert await LANGUAGES.of(QUESTIONS[spoken]) == spoken
    assert LANGUAGES.name(spoken)


@pytest.mark.parametrize("text", ["", "TLS?", "42P01", "quorum queues documentation", "🐇" * 50])
async def test_in_doubt_no_language_is_named(text: str) -> None:
    assert await LANGUAGES.of(text) is None
    assert LANGUAGES.name(None) is None


async def test_a_short_follow_up_has_the_language_of_what_it_refers_to() -> None:
    assert await LANGUAGES.of("Und TLS?", QUESTIONS["de"]) == "de"
    assert await LANGUAGES.of(QUESTIONS["fr"], QUESTIONS["de"]) == "fr"


@pytest.mark.parametrize("code", ["de", "es", "fr", "it", "nl", "pt"])
@pytest.mark.parametrize("reason", REASONS, ids=lambda reason: reason.code)
def test_each_refusal_has_words_in_each_language(code: str, reason: AnswerError) -> None:
    worded = LANGUAGES.worded(reason, code)

    assert worded.code == reason.code
    assert worded.message != reason.message


@pytest.mark.parametrize("code", ["en", "ja", "xx", None])
def test_in_other_languages_a_refusal_is_english(code: str | None) -> None:
    assert LANGUAGES.worded(outcome.NO_ANSWER, code) == outcome.NO_ANSWER


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("en", 'do not answer the question. None of them mentions: "zebra", "quagga".'),
        ("de", 'beantworten die Frage nicht. In keinem kommt vor: "zebra", "quagga".'),
        ("ja", 'do not answer the question. None of them mentions: "zebra", "quagga".'),
    ],
)
def test_a_refusal_names_the_words_that_no_document_holds(code: str, message: str) -> None:
    worded = LANGUAGES.worded(outcome.NO_ANSWER, code, missing=("zebra", "quagga"))

    assert worded.message.endswith(message)
    assert worded.code == "no_answer"
