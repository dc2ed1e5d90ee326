"""Content terms, for comparing a question, a passage and a claim.

Terms are words of folded text (`ragline.folding`) in one case, without stop words, stemmed by
Snowball's English stemmer (Porter, 2001). Scripts written without spaces give overlapping pairs of
characters instead of words.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import chain

import regex
import Stemmer

from ragline.folding import folded_case
from ragline.unspaced import is_unspaced, pairs

# letters with their marks, and digits
WORD = r"[\p{L}\p{M}\p{N}]++"
_WORD = regex.compile(rf"{WORD}(?:'{WORD})?+")
_CODE = regex.compile(r"(?<![\p{L}\p{N}_-])\p{L}{1,8}-?\d[\p{L}\p{N}]*+(?:[-./]\d+)*+")
# Forms of verbs that no stemmer finds. `found`, `left` and `saw` are words of their own
_IRREGULAR = {
    form: verb
    for verb, *forms in (
        line.split()
        for line in """
        begin began begun
        bring brought
        build built
        buy bought
        choose chose chosen
        draw drew drawn
        drive drove driven
        hold held
        keep kept
        lead led
        lend lent
        lose lost
        pay paid
        sell sold
        send sent
        spend spent
        teach taught
        win won
        write wrote written
        """.strip().splitlines()
    )
    for form in forms
}
STOP_WORDS = frozenset(
    re.findall(
        r"\w+",
        """
        a about above after again against all also although always am among an and another any
        anyone anything are around as at be became because become been before being below between
        both but by came can come could did do does doing done during each either else ever every
        few for from further get gets getting give given gives go goes going got had has have
        having he her here hers him his how however i if in instead into is it its itself just let
        like made make makes making many may me might more most much must my myself need needs
        neither nor now of off on once one only onto or other others our ours out over own per
        perhaps please quite rather really same shall she should show since so some someone
        something still such take tell than that the their theirs them then there these they this
        those through thus to too under until up upon us use used uses using very via want was way
        ways we well were what when where whether which while who whom whose why will with within
        would yet you your yours yourself
        """,
    )
)


def terms(text: str) -> frozenset[str]:
    """Return the distinct content terms of `text`."""
    return frozenset(sequence(text))


def asked(question: str) -> frozenset[str]:
    """Return the terms that say what a question is about.

    Terms that ask for the place of a text ("page", "section") are left out, unless there are no
    others.
    """
    found = terms(question)
    return found - about_texts() or found


@lru_cache(maxsize=1)
def about_texts() -> frozenset[str]:
    """Return the terms that ask for a text or point to one, and say nothing of its content."""
    return terms("documentation documents docs page section guide read find learn describe")


def codes(text: str) -> frozenset[str]:
    """Return the codes in `text`, such as part numbers, in one case: `x-31`, which `31` is not."""
    return frozenset(_CODE.findall(folded_case(text)))


# One question takes the same sentences apart for its evidence, its extract and its verdicts
@lru_cache(maxsize=2_048)
def sequence(text: str) -> tuple[str, ...]:
    """Return the content terms of `text` in order, as often as they occur."""
    return tuple(chain.from_iterable(map(_terms_of, _WORD.findall(folded_case(text)))))


@lru_cache(maxsize=65_536)
def _terms_of(word: str) -> tuple[str, ...]:
    """Return the terms of a case-folded word; none of a stop word."""
    if is_unspaced(word):
        return tuple(pairs(word))
    bare = word.partition("'")[0]
    return () if word in STOP_WORDS or bare in STOP_WORDS else (stem(bare),)


@lru_cache(maxsize=1)
def _stemmer() -> Stemmer.Stemmer:
    return Stemmer.Stemmer("english")


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """Return the stem of a case-folded word; `led` is a form of `lead`."""
    return str(_stemmer().stemWord(_IRREGULAR.get(word, word)))
