"""The MDX of documentation sites: component tags, imports, admonition fences."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock

_COMPONENT_TAG = re.compile(r"</?[A-Z][\w.]*(?:\s[^<>]*)?/?>\s*")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)|\{/\*(?:[^{*]|\*(?!/\})|\{(?!/\*))*+\*/\}", re.S)
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_IMPORT = re.compile(r"(?:(?:import|export)\s(?:[^;'\"]*?\sfrom\s+)?['\"][^'\"\n]+['\"];?\s*)+")
_ADMONITION_FENCE = re.compile(r":{3,}+\s*+(?:\w++\s*+)?")


def component_tags(markdown: MarkdownIt) -> None:
    """Make a component tag alone on its line (`<TabItem value="bash">`) a separate block.

    CommonMark reads it as the start of raw HTML up to the next blank line, which includes the
    opening fence of a code block below it: the code's `# comments` would become headings. The
    content of `<CodeBlock>` is code.
    """
    markdown.block.ruler.before(
        "html_block",
        "component_tag",
        _component_tag,
        {"alt": ["paragraph", "reference", "blockquote", "list"]},
    )


def visible(source: str) -> bool:
    """Tell whether any part of this block is visible on the rendered page."""
    if _IMPORT.fullmatch(source) or _ADMONITION_FENCE.fullmatch(source):
        return False
    return bool(_TAG.sub("", _COMMENT.sub("", source)).strip())


def _component_tag(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    if state.is_code_block(start_line):
        return False
    start = state.bMarks[start_line] + state.tShift[start_line]
    if not _COMPONENT_TAG.fullmatch(state.src, start, state.eMarks[start_line]):
        return False
    if silent:
        return True
    end = _code_end(state, start_line, end_line)
    state.line = end or start_line + 1
    token = state.push("code_block" if end else "component_tag", "code" if end else "", 0)
    token.map = [start_line, state.line]
    return True


def _code_end(state: StateBlock, start_line: int, end_line: int) -> int | None:
    """Return the line after `</CodeBlock>` if a `<CodeBlock>` begins here."""
    if not state.src.startswith("<CodeBlock", state.bMarks[start_line] + state.tShift[start_line]):
        return None
    for line in range(start_line, end_line):
        if "</CodeBlock>" in state.src[state.bMarks[line] : state.eMarks[line]]:
            return line + 1
    return None
