"""Reads Sphinx's extensions of reStructuredText from their source."""

from __future__ import annotations

import re
from dataclasses import dataclass
from textwrap import dedent

_DIRECTIVE = re.compile(r"\.\.[ ]+(?:\|[^|\n]+\|[ ]+)?(?P<name>[\w:+.-]+?)::(?:[ ]+|(?=\n|$))")
_OPTION = re.compile(r"[ \t]*+:[\w-]++:(?:[ ].*)?$")
_SHOWN_OPTION = re.compile(r"^[ \t]*:(?:caption|alt|title):[ ]+(\S.*)$", re.M)
_ROLE = re.compile(r":(?P<role>[\w:+.-]+):`(?P<text>[^`]*)`|`(?P<text_first>[^`]*)`:[\w:+.-]+:")
_TARGET = re.compile(r"<[^<>]*+>$")
# directives whose body is not markup
_CODE_NAMES = """
    code code-block sourcecode parsed-literal prompt console doctest testcode testoutput
    testsetup testcleanup ipython math graphviz digraph mermaid productionlist csv-table raw
"""
# directives without text for a reader
_MUTE_NAMES = """
    toctree index highlight currentmodule module py:module py:currentmodule default-domain
    tabularcolumns include literalinclude raw only ifconfig automodule autoclass autofunction
    automethod
"""
_CODE, _MUTE = frozenset(_CODE_NAMES.split()), frozenset(_MUTE_NAMES.split())
_SAYS = {
    "versionadded": "New in version {}",
    "versionchanged": "Changed in version {}",
    "versionremoved": "Removed in version {}",
    "deprecated": "Deprecated since version {}",
    "seealso": "See also {}",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SphinxDirective:
    """A directive. `heading`: the visible text of its first line; `body`: markup or code."""

    heading: str
    body: str
    is_code: bool


def read_directive(source: str) -> SphinxDirective | None:
    """Return the directive in `source`, or None if it is not a directive."""
    match = _DIRECTIVE.match(source)
    if match is None:
        return None
    name = match["name"].lower()
    argument, _, rest = source[match.end() :].partition("\n")
    body, caption = _without_options(dedent(rest).rstrip())
    if name == "toctree":
        return SphinxDirective(heading="", body="", is_code=False)
    if says := _SAYS.get(name):
        # text right below the first line continues it
        between = "\n\n" if rest.startswith("\n") else "\n"
        said = f"{says.format(argument.strip()).strip()}{between}{body}"
        return SphinxDirective(heading="", body=said.rstrip(), is_code=False)
    is_code = name in _CODE
    heading = "" if is_code or name in _MUTE else argument.strip()
    return SphinxDirective(heading=heading or caption, body=body, is_code=is_code)


def read_role(source: str) -> str:
    """Return the visible text of a role: its title or target; other markup is unchanged.

    >>> read_role(":ref:`the guide <guide>`"), read_role(":class:`~collections.deque`")
    ('the guide', 'deque')
    """
    match = _ROLE.fullmatch(source)
    if match is None:
        return source
    text = match["text"] if match["text"] is not None else match["text_first"]
    target = _TARGET.search(text)
    if target and target.start() > 0:
        return text[: target.start()].rstrip() or text[0]
    if text.startswith("~"):
        return text.rpartition(".")[2] or text
    return text.lstrip("!")


def _without_options(body: str) -> tuple[str, str]:
    """Split off the options right after the first line; return the body and visible option text."""
    head, _, content = body.partition("\n\n")
    if all(_OPTION.match(line) for line in head.split("\n")):
        return content.strip("\n"), " ".join(_SHOWN_OPTION.findall(head))
    return body.lstrip("\n"), ""
