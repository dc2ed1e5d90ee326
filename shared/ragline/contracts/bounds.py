"""How long each field of an event may be. Lengths are in characters (code points).

A field without a bound is paid for by everyone who carries it: a document's tag of 3 MB comes back
with each of its chunks, and a question's event goes through four topics and as many processes. The
bounds are many times what documents and conversations have, and together small enough that every
event fits into a record of Kafka. The front door and the topics have the same ones.

What comes from outside is refused beyond its bound. What a stage writes is shortened by that stage,
which says so; it never makes an event that the next one refuses. A bound that grows later breaks
older readers, like any other looser limit (`compatibility.py`).
"""

from __future__ import annotations

from collections.abc import Sequence

# Names that programs give: stages, plans, methods, codes, degradations
NAME_CHARS = 128
# Sentences for people: errors, reasons
MESSAGE_CHARS = 2_000
# A model's name may be the path of its folder
MODEL_CHARS = 512
MODELS = 16

# A document's metadata. 255 is the longest media type (RFC 6838 allows 127 on each side), 35 the
# longest language tag that must be taken (RFC 5646); longer addresses are refused by many servers
TITLE_CHARS = 2_000
HEADING_CHARS = 500
HEADINGS = 32
URL_CHARS = 4_096
MEDIA_TYPE_CHARS = 255
LANGUAGE_CHARS = 35
TAG_CHARS = 256
TAGS = 100
ATTRIBUTE_NAME_CHARS = 128
ATTRIBUTE_CHARS = 2_000
ATTRIBUTES = 100
# The largest record holds no more than this (`topics.MAX_RECORD_BYTES`)
CONTENT_CHARS = 8 * 1024 * 1024
GROUPS = 1_000
WARNINGS = 50
TIMINGS = 32

# A question, and the conversation before it: about 30,000 tokens, of which prompts hold few
HISTORY_TURNS = 50
TURN_CHARS = 32_768
HISTORY_CHARS = 131_072
# A follow-up made standalone is longer than what was asked
STANDALONE_CHARS = 16_384
USER_CHARS = 512
FILTER_DOCUMENTS = 1_000
FILTER_VALUES = 100
MIN_VERSIONS = 100
# More than the longest path that the classifier recognises
ENTITY_CHARS = 2_048
ENTITIES = 64
DIMENSIONS = 16_384
# Looks after the first, and what each asks
HOPS = 3
SUB_QUERIES = 3
SUB_QUERY_CHARS = 1_024
# More than the parts into which one question is taken
QUESTION_PARTS = 16
DEGRADATIONS = 64

# What searches find. Chunks are shorter than this (`RAGLINE_INGESTOR__CHUNK_MAXIMUM`), so one of
# exactly this length was cut
CHUNK_CHARS = 16_384
CHUNK_ID_CHARS = 1_024
CANDIDATES = 500
PASSAGES = 50
# JSON bytes that one candidate at its bounds takes, where every character needs an escape
CANDIDATE_BYTES = 256 * 1024
# and all candidates of a question, unless settings say otherwise
CANDIDATES_BYTES = 1_000_000

# An answer: a model's tokens have 20 characters at most on average (`writing/answer_stream.py`)
ANSWER_TOKENS = 8_192
ANSWER_CHARS = 262_144
CLAIMS = 2_000
MARKER = 1_000
# The schema that an answer is to fill. Its parts are its schemas and the values of its lists
SCHEMA_CHARS = 32_768
SCHEMA_PARTS = 2_000
SCHEMA_DEPTH = 16
# Lengths and numbers that it may ask for: a grammar repeats what may be repeated
SCHEMA_COUNT = 10_000
SCHEMA_NUMBER = 1e15

TOPIC_CHARS = 249

# Indexes beside each other, and what of the settings differs in one
INDEX_CHARS = 40
INDEXES = 16
INDEX_SETTINGS = 32
_CUT = "…"


def clip(text: str, most: int) -> str:
    """Return `text`, shortened to `most` characters where it is longer; it then ends with `…`.

    >>> clip("Queues and their time to live", 10)
    'Queues an…'
    """
    return text if len(text) <= most else text[: most - 1] + _CUT


def clip_path(headings: Sequence[str]) -> tuple[str, ...]:
    """Return a heading path with each heading clipped; `…` stands for all below the deepest."""
    if len(headings) <= HEADINGS and max(map(len, headings), default=0) <= HEADING_CHARS:
        return tuple(headings)
    path = tuple(clip(heading, HEADING_CHARS) for heading in headings)
    return path if len(path) <= HEADINGS else (*path[: HEADINGS - 1], _CUT)


def is_clipped_path(path: Sequence[str]) -> bool:
    """Tell whether `clip_path` shortened this path."""
    too_deep = len(path) == HEADINGS and path[-1] == _CUT
    return too_deep or any(is_clipped(heading, HEADING_CHARS) for heading in path)


def is_clipped(text: str, most: int) -> bool:
    """Tell whether `clip` shortened this text."""
    return len(text) == most and text.endswith(_CUT)
