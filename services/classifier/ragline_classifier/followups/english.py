"""English follow-ups."""

from __future__ import annotations

import re

from ragline_classifier.followups import english_references as references
from ragline_classifier.followups import english_topics as topics
from ragline_classifier.followups.pairs import PairWords
from ragline_classifier.followups.standalone_question import StandaloneQuestion

_TOPIC_CHANGE = re.compile(
    r"(?i)^(?:(?:something|anything)\s+else|(?:a\s+)?(?:new|another|different|other|unrelated)"
    r"\s+(?:question|topic|subject|thing)|by\s+the\s+way|btw|on\s+another\s+note"
    r"|(?:to\s+)?chang(?:e|ing)\s+(?:the\s+)?(?:topic|subject))\s*+[:,.!–-]\s*+\S"
)
_CORRECTION = re.compile(
    r"(?i)^(?:(?:no|nope|sorry|oh|oops|wait|actually)\b[\s,.!]*)*+i\s+mean(?:t)?\b[\s,:]*"
    r"|^(?:(?:no|nope|sorry|oops|wait)\b[\s,.!]+)++"
)
_CORRECTION_END = re.compile(r"(?i)(?<=\w)[\s,]++i\s+mean(?:t)?\s*+$")
_MOST_CORRECTED_WORDS = 6
_PAIR = PairWords(
    compared=re.compile(
        r"(?i)\bbetween\s++(?P<one>[^\s?.!,;]++(?:\s(?!and\b)[^\s?.!,;]++){0,5})\s++and\s++"
        r"(?P<two>[^\s?.!,;]++(?:\s[^\s?.!,;]++){0,5})"
    ),
    first=re.compile(r"(?i)\bthe\s+(?:former|first(?:\s+one)?)\b(?=\s*(?:[?.!,]|$))"),
    second=re.compile(r"(?i)\bthe\s+(?:latter|second(?:\s+one)?)\b(?=\s*(?:[?.!,]|$))"),
    other=re.compile(r"(?i)the\s+other(?:\s+one)?"),
)
# Of these a question has one: "and for the nodes?" replaces "on Windows"
_PLACES = frozenset({"on", "in", "at", "under", "between", "for", "inside", "from", "across"})


class EnglishRules:
    """Completes English follow-ups."""

    words = frozenset({
        "the", "a", "an", "is", "are", "was", "were", "do", "does", "did", "how", "what", "why",
        "when", "where", "which", "who", "can", "could", "should", "would", "will", "i", "we",
        "you", "it", "its", "they", "them", "their", "this", "that", "these", "those", "and", "or",
        "for", "with", "without", "of", "to", "on", "from", "about", "my", "your", "if", "be",
        "have", "has", "get", "not", "by", "at", "one", "more", "same", "mean", "meant", "other",
    })  # fmt: skip

    def fresh(self, text: str) -> StandaloneQuestion:
        """Return a question that does not depend on earlier ones."""
        return StandaloneQuestion(text=text, pair=_PAIR.pair(text))

    def joined(self, text: str, previous: StandaloneQuestion) -> StandaloneQuestion:
        """Return `text` completed from the question before it."""
        if _TOPIC_CHANGE.match(text):
            return self.fresh(text)
        found = (
            _corrected(text, previous) or _PAIR.chosen(text, previous) or _referring(text, previous)
        )
        return found or self.fresh(text)


def _referring(text: str, previous: StandaloneQuestion) -> StandaloneQuestion | None:
    match references.detect(text):
        case references.Reference() as reference:
            return _resolved(text, reference, previous)
        case references.Variation(preposition, phrase):
            return _varied(preposition, phrase, previous)
        case references.Continuation(about):
            return _exchanged(about, previous) or _continued(text, previous)
    return None


def _corrected(text: str, previous: StandaloneQuestion) -> StandaloneQuestion | None:
    """Return the earlier question as corrected by "no, …" or "I meant …"; None if it is not."""
    core = text.rstrip(" ?!.")
    end = _CORRECTION_END.search(core)
    begin = None if end else _CORRECTION.match(core)
    if end is None and begin is None:
        return None
    said = core[: end.start()] if end else core[begin.end() if begin else 0 :]
    if swapped := _PAIR.swapped(said, previous):
        return swapped
    if len(said.split()) > _MOST_CORRECTED_WORDS:
        return None
    kind = references.detect(f"{said}?")
    if isinstance(kind, references.Variation):
        return _varied(kind.preposition, kind.phrase, previous)
    return _exchanged(said, previous)


def _exchanged(about: str, previous: StandaloneQuestion) -> StandaloneQuestion | None:
    """Return the earlier question about something else; None if it is not clear in whose place."""
    if not references.is_thing(about):
        return None
    base = previous.text.rstrip(" ?!.")
    last = topics.last_phrase(base)
    if last and topics.is_definite(about) == topics.is_definite(last):
        named = _with_state(about, topics.state_of(last))
        return previous.following(f"{base.removesuffix(last)}{named}?", topic=named)
    place = topics.alike(about, base)
    topic = previous.topic
    if topic and topic in base and topics.is_definite(topic) == topics.is_definite(about):
        place = (base.rindex(topic), base.rindex(topic) + len(topic))
    if place is None:
        return None
    before = base[: place[0]]
    conditional = before.split()[-1:] and before.split()[-1].lower() in topics.PREPOSITIONS
    return previous.following(
        f"{before}{about}{base[place[1] :]}?", topic=topic if conditional else about
    )


def _with_state(about: str, state: str) -> str:
    """Return a thing in the state of the one before: of "a broken reader" and "laptops"."""
    if not state or topics.state_of(f"{about} one"):
        return about
    article, _, named = about.partition(" ")
    articled = bool(named) and article.lower() in topics.ARTICLES
    return f"{article} {state} {named}" if articled else f"{state} {about}"


def _continued(text: str, previous: StandaloneQuestion) -> StandaloneQuestion:
    end = "" if previous.text.endswith(("?", ".", "!")) else "."
    return previous.following(f"{previous.text}{end} {text}", topic=previous.topic)


def _resolved(
    text: str, reference: references.Reference, previous: StandaloneQuestion
) -> StandaloneQuestion:
    """Replace the pronoun by the topic, or append the topic if it is not a noun phrase."""
    topic = topics.topic(previous.text)
    if previous.topic:
        topic = topics.QuestionTopic(previous.topic, nominal=True)
    if not topic.text:
        return _continued(text, previous)
    word, before, after = reference.word, text[: reference.start], text[reference.end :]
    if word in {"one", "ones"} and (last := topics.last_phrase(topic.text)):
        return previous.following(f"{before}{last}{after}", topic=last)
    if not (topic.nominal and reference.replaceable):
        return previous.following(f"{before}{word} ({topic.text}){after}")
    suffix = "'s" if word.lower() in {"its", "their"} else ""
    return previous.following(f"{before}{topic.text}{suffix}{after}", topic=topic.text)


def _varied(preposition: str, phrase: str, previous: StandaloneQuestion) -> StandaloneQuestion:
    """Repeat the earlier question with the new condition in place of the old one."""
    base, added = previous.text.rstrip(" ?!."), previous.condition
    same = re.search(rf"(?i)\s+{re.escape(preposition)}\s+\S+(?:\s+\S+)?$", base)
    if (
        same is None
        and added
        and base.endswith(added)
        and {preposition.lower(), added.split()[0]} <= _PLACES
    ):
        base = base.removesuffix(added).rstrip()
    condition = phrase[0].lower() + phrase[1:]
    text = f"{base[: same.start()] if same else base} {condition}?"
    return previous.following(text, topic=previous.topic, condition=condition)


RULES = EnglishRules()
