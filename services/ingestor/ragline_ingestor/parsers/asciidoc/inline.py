"""AsciiDoc within a line, written as in Markdown: links, pictures, footnotes, marks of fonts."""

from __future__ import annotations

import re
from collections.abc import Mapping

# lengths are bounded: what begins like a link again and again is read in linear time
_TARGET = r"[^\s\[\]<>]{1,300}+"
_SHOWN = r"[^\[\]\n]{0,1000}+"
_ATTRIBUTE = re.compile(r"\\?\{([\w-]{1,100}+)\}")
_LINK = re.compile(rf"(?:link:|(?=https?://|mailto:))({_TARGET})\[({_SHOWN})\]")
_REFERENCE = re.compile(rf"<<([^<>,\n]++)(?:,\s*+([^<>\n]++))?+>>|xref:({_TARGET})\[({_SHOWN})\]")
_IMAGE = re.compile(rf"image::?({_TARGET})\[({_SHOWN})\]")
_FOOTNOTE = re.compile(rf"footnote(?:ref)?+:[^\s\[\]]{{0,100}}+\[({_SHOWN})\]")
_MACRO = re.compile(
    rf"(?:kbd|btn|menu|pass|stem|icon|indexterm2?|anchor):[^\s\[\]]{{0,500}}+\[({_SHOWN})\]"
)
_ANCHOR = re.compile(r"\[\[[^\[\]\n]*+\]\]|\(\(\([^()\n]*+\)\)\)")
_ROLE = re.compile(r"\[[.#%][^\[\]\n]*+\](?=[#*_`])")
_MONO = re.compile(r"(?<![\w`])`\+?+([^`\n]+?)\+?`(?![\w`])")
_RAISED = re.compile(r"\^([^\s^]++)\^")
_LOWERED = re.compile(r"~([^\s~]++)~")
_NAMED = re.compile(r",?+\s{0,20}+[\w-]{1,50}+=(?:\"[^\"]{0,500}+\"|[^,\"]{0,500}+)")


def as_markdown(line: str, attributes: Mapping[str, str]) -> str:
    """Return a line with its attributes resolved, and what it links to and shows as Markdown."""
    line = _ATTRIBUTE.sub(lambda match: _resolved(match, attributes), line)
    line = _ANCHOR.sub("", _ROLE.sub("", line))
    line = _IMAGE.sub(lambda match: f"![{_alternative(match[2])}]({match[1]})", line)
    line = _LINK.sub(lambda match: f"[{_label(match[2]) or match[1]}]({match[1]})", line)
    line = _REFERENCE.sub(_reference, line)
    line = _FOOTNOTE.sub(lambda match: f" ({match[1]})", line)
    line = _MACRO.sub(lambda match: match[1], line)
    line = _MONO.sub(lambda match: f"`{match[1]}`", line)
    return _LOWERED.sub(r"<sub>\1</sub>", _RAISED.sub(r"<sup>\1</sup>", line))


def _resolved(match: re.Match[str], attributes: Mapping[str, str]) -> str:
    if match[0].startswith("\\"):
        return match[0][1:]
    return attributes.get(match[1].lower(), match[0])


def _label(text: str) -> str:
    """Return the shown text in a macro's brackets, without `window=_blank` and the like."""
    return _NAMED.sub("", text).strip().strip('"').removesuffix("^")


def _alternative(text: str) -> str:
    """Return what a picture shows: the first of its attributes, whose commas need quotes."""
    if text.startswith('"'):
        return text[1:].partition('"')[0]
    return _label(text.partition(",")[0])


def _reference(match: re.Match[str]) -> str:
    target, text, page, label = match.groups()
    return text or _label(label or "") or str(target or page).lstrip("#").replace("_", " ").strip()
