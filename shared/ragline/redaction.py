"""Takes out of a text what must not be told: credentials, and what URIs hold of them.

Nothing of ours tells credentials on purpose. But an exception's text may repeat what a library was
given, a URI may be somebody's presigned one, and a traceback is logged as it is.
"""

from __future__ import annotations

import re

_CREDENTIAL = re.compile(
    r"rgl_[A-Za-z0-9-]+_[A-Za-z0-9_-]{20,}"  # API keys
    r"|(?i:bearer\s+)[^\s'\"\\]{8,}"
)
# A JWT is looked for in such words: to try each `eyJ` of a long one takes quadratic time
_DOTTED = re.compile(r"(?<![A-Za-z0-9_-])[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)+\.?")
_JWT = "eyJ"
_SHORTEST_HEADER = 7
_MARK = "[credential]"
_URI = re.compile(
    r"(?P<scheme>\b[A-Za-z][A-Za-z0-9+.-]{0,30}://)(?P<authority>[^\s/?#]*)"
    r"(?P<path>[^\s?#]*)(?P<rest>[?#]\S*)?"
)
# Of presigned URIs, where they stand without their address, as in a redirect's target
_SIGNED = re.compile(
    r"(?i:\b(?P<name>x-(?:amz|goog|ms)-[a-z0-9-]{1,40}|awsaccesskeyid|signature|sig)=)[^\s&'\"\\]+"
)
_REST = "?[hidden]"


def without_secrets(text: str) -> str:
    """Return `text` without API keys, tokens, and the user, query and fragment of each URI.

    What is behind the `?` of a URI goes as a whole, up to the next blank: which of its parameters
    are secret only its server knows.
    """
    without_uris = _URI.sub(_shown, text)
    without_signatures = _SIGNED.sub(rf"\g<name>={_MARK}", without_uris)
    return _DOTTED.sub(_without_jwt, _CREDENTIAL.sub(_MARK, without_signatures))


def _without_jwt(word: re.Match[str]) -> str:
    text = word[0]
    start, last = text.find(_JWT), text.rstrip(".").rfind(".")
    while 0 <= start < last:
        if text.find(".", start) - start >= _SHORTEST_HEADER:
            return f"{text[:start]}{_MARK}"
        start = text.find(_JWT, start + 1)
    return text


def _shown(uri: re.Match[str]) -> str:
    host = uri["authority"].rpartition("@")[2]
    return f"{uri['scheme']}{host}{uri['path']}{_REST if uri['rest'] else ''}"
