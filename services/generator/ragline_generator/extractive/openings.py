"""How a sentence may begin where the one before it is not quoted.

A connective in front of a comma ("However, …", "As described above, …") points to what the reader
does not see, and says nothing of its own. What it leads to can stand alone.
"""

from __future__ import annotations

import re

_CONNECTIVE = re.compile(
    r"(?:(?:however|nevertheless|nonetheless|therefore|thus|hence|consequently|accordingly"
    r"|additionally|moreover|furthermore|similarly|likewise|alternatively|also|besides"
    r"|for example|for instance|in addition|in other words|as a result|as a consequence"
    r"|on the other hand|that said|finally|lastly|next|first(?:ly)?|second(?:ly)?)"
    r"|as (?:we have )?(?:mentioned|described|noted|explained|stated|discussed|shown|seen|outlined)"
    r"(?: [^,.;:()]{1,60})?)\s?,\s+",
    re.IGNORECASE,
)
# What such a sentence is about stands in the one before it
_POINTS_BACK = re.compile(
    r"(?:it(?!\s++is\s++(?:also\s++|highly\s++|not\s++)?+\W*+(?:possible|impossible|necessary|required"
    r"|recommended|important|best|good|safe|common|easy|worth|advisable|optional)\b)"
    r"|this(?!\s++(?:is\s++an?\s++(?:\w++\s)?+)?+"
    r"(?:guide|section|page|document|chapter|tutorial|article|topic|example|list|overview)\b)"
    r"|its|that|these|those|they|their|such|he|she|his|her|then|instead|otherwise|therefore"
    r"|thus|also|in (?:this|that|these|those|such)"
    r"|for (?:this|that|these) (?:reason|case|purpose)s?"
    r"|(?:if|when|unless) (?:not|omitted|set|given|present|specified|true|false|enabled|so)"
    r"|(?:due|thanks) to (?:this|that|these)|because of (?:this|that|these))\b",
    re.IGNORECASE,
)


def without_connective(text: str) -> str:
    """Return a sentence without the connective that it begins with, in its own case.

    >>> without_connective("However, the versions included are many releases behind.")
    'The versions included are many releases behind.'
    """
    found = _CONNECTIVE.match(text)
    rest = text[found.end() :] if found else ""
    if not rest or not rest[0].isalpha():
        return text
    return rest[0].upper() + rest[1:]


def points_back(text: str) -> bool:
    """Tell whether a sentence cannot be understood without the one before it.

    >>> points_back("They survive a restart."), points_back("However, queues survive a restart.")
    (True, False)
    """
    return _POINTS_BACK.match(without_connective(text)) is not None
