"""The language of a text.

Uses py3langid (Lui and Baldwin, "langid.py: An Off-the-shelf Language Identification Tool", 2012),
whose package includes the model. 2,000 characters take 0.2 ms; the model takes 60 to 90 MB and
0.9 s to load. On 54 short paragraphs in 18 languages it is as good as lingua, which takes 1 GB. Of
scripts that one language alone is written in, a few characters tell the language without a model:
py3langid names it for none of the Chinese questions that the stores' contract asks.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING

from ragline.folding import characters

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

_NO_LANGUAGE = "zxx"
# below this probability, the text is considered to be in none of the requested languages
_LEAST_SHARE = 0.3
_LOADING = Lock()
_HAN = re.compile("[\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]")
_KANA = re.compile("[\u3041-\u309f\u30a1-\u30ff\u31f0-\u31ff]")
_SCRIPTS = {
    "th": re.compile("[\u0e01-\u0e4e]"),
    "lo": re.compile("[\u0e81-\u0ecd\u0edc-\u0edf]"),
    "my": re.compile("[\u1000-\u103f\u1050-\u109d]"),
    "km": re.compile("[\u1780-\u17d3]"),
    "ko": re.compile("[\uac00-\ud7a3]"),
}
# a text of eight characters has as many letters beside its marks
_LEAST_OF_SCRIPT = 6
# a character of these scripts says as much as this many letters, for names between them are Latin
_LETTERS_EACH = 2
# in Japanese there is at least one kana for as many Chinese characters
_HAN_FOR_A_KANA = 9


def detect(
    text: str,
    *,
    least_letters: int,
    least_probability: float,
    among: Collection[str] | None = None,
) -> str | None:
    """Return the ISO 639 code of the text's language; None for too few letters, or if uncertain.

    Eight characters are enough in a script that only one language uses. `among` limits the choice:
    a rare language detected in a short text is mostly a mistake. Loads the model on first use, so
    call it from worker threads.
    """
    text = characters(text)
    by_script = _of_script(text)
    if by_script is not None and (among is None or by_script in among):
        return by_script
    if sum(map(str.isalpha, text)) < least_letters:
        return None
    ranked = _ranked(text, among)
    share = sum(probability for _, probability in ranked)
    language, probability = max(ranked, key=lambda pair: pair[1])
    if share < _LEAST_SHARE or probability < least_probability * share or language == _NO_LANGUAGE:
        return None
    return language


def load() -> None:
    """Load the model, so that the first text need not wait for it."""
    with _LOADING:
        _model()


def _of_script(text: str) -> str | None:
    """Return the language of the script that most of the text is in, if only one uses it."""
    if text.isascii():
        return None
    han, kana = len(_HAN.findall(text)), len(_KANA.findall(text))
    counts = {language: len(script.findall(text)) for language, script in _SCRIPTS.items()}
    counts["ja" if han <= _HAN_FOR_A_KANA * kana else "zh"] = han + kana
    language, count = max(counts.items(), key=lambda pair: pair[1])
    others = sum(map(str.isalpha, text)) - count
    return language if count >= _LEAST_OF_SCRIPT and count * _LETTERS_EACH >= others else None


def _ranked(text: str, among: Collection[str] | None) -> list[tuple[str, float]]:
    with _LOADING:
        model = _model()
    ranked = ((str(language), float(probability)) for language, probability in model.rank(text))
    return [pair for pair in ranked if among is None or pair[0] in among]


@cache
def _model() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415  slow, load on use

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
