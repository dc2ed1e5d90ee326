"""How programming languages write comments, and what begins a definition in them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

_MODIFIERS = (
    r"(?:(?:export|default|declare|public|private|protected|internal|static|abstract|final|sealed"
    r"|async|override|open|data|inline|pub(?:\([a-z]++\))?|unsafe|virtual|partial|const|extern"
    r"|suspend|local|readonly|synchronized)\s++)*+"
)
# what may hold definitions of its own
_HOLDERS = (
    r"(?:class|interface|struct|enum(?:\s++class)?+|trait|impl(?:<[^>\n]*+>)?+|module|mod|namespace"
    r"|object|record|protocol|extension|actor|data)"
)
_KEYWORDS = (
    r"(?:def|function\*?+|func|fn|fun|type|sub|macro_rules!|message|service|resource|variable"
    r"|provider|output)"
)
# Go writes the receiver of a method before its name
_RECEIVER = r"(?:\([^()\n]*+\)\s*+)?+"
HOLDER = re.compile(rf"[ \t]*+{_MODIFIERS}{_HOLDERS}\s++\"?+([^\W\d][\w.:$-]*+)")
KEYWORD = re.compile(rf"[ \t]*+{_MODIFIERS}{_KEYWORDS}\s++{_RECEIVER}\"?+([^\W\d][\w.:$-]*+)")
# `int main(int argc)`, `public String name() {`, `name() {` of a shell
CALLABLE = re.compile(
    r"[ \t]*+(?:[\w<>\[\],.:*&?~@]++[ \t]++(?=[\w*&~$]))*+[*&]*+([^\W\d][\w:~$]*+)[ \t]*+\("
)
ASSIGNED = re.compile(
    r"[ \t]*+(?:export\s++)?+(?:const|let|var)\s++([^\W\d][\w$]*+)\s*+(?::[^=\n]*+)?+=\s*+"
    r"(?:async\s*+)?+(?:function\b|\(|[\w$]++\s*+=>)"
)
STATEMENT = re.compile(
    r"[ \t]*+CREATE\s++(?:OR\s++REPLACE\s++)?+(?:TEMP(?:ORARY)?+\s++|UNIQUE\s++|MATERIALIZED\s++)*+"
    r"(?:TABLE|VIEW|FUNCTION|PROCEDURE|TRIGGER|INDEX|TYPE|SCHEMA)\s++(?:IF\s++NOT\s++EXISTS\s++)?+"
    r"([\w.\"`\[\]]++)",
    re.I,
)
# words before a bracket that begin no definition
NO_NAMES = frozenset(
    {
        *("if", "for", "while", "switch", "catch", "return", "else", "elif", "until"),
        *("with", "match", "except", "lock", "using", "foreach", "sizeof", "assert", "throw"),
        *("new", "delete", "typeof", "await", "yield", "not", "and", "or", "in"),
        *("print", "require", "include", "defined", "unless", "when", "select", "values"),
    }
)


@dataclass(frozen=True, slots=True)
class Language:
    """A language's name, the marks before a comment's lines, and what is around a longer one."""

    name: str
    line: tuple[str, ...]
    block: tuple[tuple[str, str], ...] = ()


_C_BLOCK = (("/*", "*/"),)


def _c_like(name: str) -> Language:
    return Language(name, ("//",), _C_BLOCK)


LANGUAGES: Mapping[str, Language] = MappingProxyType(
    {
        "text/x-python": Language("python", ("#",)),
        "text/javascript": _c_like("javascript"),
        "text/x-typescript": _c_like("typescript"),
        "text/x-java": _c_like("java"),
        "text/x-kotlin": _c_like("kotlin"),
        "text/x-scala": _c_like("scala"),
        "text/x-groovy": _c_like("groovy"),
        "text/x-c": _c_like("c"),
        "text/x-c++": _c_like("cpp"),
        "text/x-csharp": _c_like("csharp"),
        "text/x-go": _c_like("go"),
        "text/x-rust": _c_like("rust"),
        "text/x-swift": _c_like("swift"),
        "text/x-php": Language("php", ("//", "#"), _C_BLOCK),
        "text/x-ruby": Language("ruby", ("#",), (("=begin", "=end"),)),
        "text/x-perl": Language("perl", ("#",), (("=pod", "=cut"),)),
        "text/x-lua": Language("lua", ("--",), (("--[[", "]]"),)),
        "text/x-shellscript": Language("sh", ("#",)),
        "text/x-powershell": Language("powershell", ("#",), (("<#", "#>"),)),
        "text/x-sql": Language("sql", ("--",), _C_BLOCK),
        "text/x-r": Language("r", ("#",)),
        "text/x-protobuf": _c_like("protobuf"),
        "text/x-terraform": Language("hcl", ("#", "//"), _C_BLOCK),
        "text/css": Language("css", (), _C_BLOCK),
    }
)
