"""What a Markdown file states of itself at its top: YAML between `---`, TOML between `+++`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field

import yaml

_BEGIN = re.compile(r"(---|\+\+\+)[ \t]*\n")
_ENDS = {
    "---": re.compile(r"^(?:---|\.\.\.)[ \t]*$", re.M),
    "+++": re.compile(r"^\+\+\+[ \t]*$", re.M),
}
_NAMES = {"---": "YAML", "+++": "TOML"}
_LINE = re.compile(r"^([A-Za-z][\w-]*+)[ \t]*+[:=](?:[ \t]++(.*+))?$", re.M)


class _Text(yaml.SafeLoader):
    """Leaves values as they are written: `no` is a language, `2026-02-30` a text."""

    yaml_implicit_resolvers = {}  # noqa: RUF012  PyYAML's own way


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontMatter:
    """The values that are one word or line, as text; the matter ends at `end` of the file.

    `problem` says what is wrong with it; None where nothing is.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    end: int = 0
    problem: str | None = None


def read_front_matter(text: str) -> FrontMatter:
    """Read the front matter of `text`; what is between two rulers but states nothing is none."""
    begin = _BEGIN.match(text)
    end = _ENDS[begin[1]].search(text, begin.end()) if begin else None
    if begin is None or end is None:
        return FrontMatter()
    stated = text[begin.end() : end.start()]
    problem = None
    try:
        found = _read(begin[1], stated)
    except (yaml.YAMLError, tomllib.TOMLDecodeError, ValueError, RecursionError):
        lines = _LINE.findall(stated)
        found = {key: value.strip().strip("\"'") for key, value in lines if value[:1] not in "[{"}
        problem = (
            f"the front matter is not valid {_NAMES[begin[1]]}: only its lines of one name and one"
            " value were read"
        )
    if not isinstance(found, dict) or (not found and stated.strip()):
        return FrontMatter()
    values = {str(key): str(value) for key, value in found.items() if _is_plain(value)}
    return FrontMatter(values=values, end=end.end(), problem=problem)


def _read(fence: str, stated: str) -> object:
    if fence == "+++":
        return tomllib.loads(stated)
    return yaml.load(stated, Loader=_Text)  # noqa: S506  it is a safe loader


def _is_plain(value: object) -> bool:
    return value not in ("", None) and not isinstance(value, dict | list)
