"""Fenced code without an end: it ends with its lines, not with the document."""

from __future__ import annotations

from markdown_it import MarkdownIt
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block.fence import fence

_BEFORE: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}


def short_fences(markdown: MarkdownIt) -> None:
    """Let a fence that is never closed end at the first blank line.

    CommonMark takes all that follows for code, with the headings in it.
    """
    markdown.block.ruler.at("fence", _fence, _BEFORE)


def _fence(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    if not fence(state, start_line, end_line, silent):
        return False
    if silent or _is_closed(state, start_line):
        return True
    token = state.tokens[-1]
    for line in range(start_line + 1, state.line):
        if state.isEmpty(line):
            state.line = line
            token.map = [start_line, line]
            break
    return True


def _is_closed(state: StateBlock, start_line: int) -> bool:
    last = state.line - 1
    text = state.src[state.bMarks[last] + state.tShift[last] : state.eMarks[last]].strip()
    markup = state.tokens[-1].markup
    return last > start_line and text.startswith(markup) and not text.strip(markup[0])
