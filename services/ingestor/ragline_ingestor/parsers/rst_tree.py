"""docutils configured for untrusted documents: no file access, no output, no unbounded work."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

from docutils import nodes
from docutils.core import publish_doctree
from docutils.parsers.rst import Directive, Parser, directives
from docutils.parsers.rst.states import Inliner
from docutils.transforms import Transform
from docutils.transforms.references import Substitutions

from ragline.errors import InvalidDocument

_SETTINGS: Mapping[str, object] = MappingProxyType(
    {
        # a document must not make us read files or URLs
        "file_insertion_enabled": False,
        "raw_enabled": False,
        "_disable_config": True,
        # problems are reported in the tree, not printed or raised
        "report_level": 5,
        "halt_level": 5,
        "warning_stream": False,
        "doctitle_xform": False,
        "docinfo_xform": False,
        "syntax_highlight": "none",
        # docutils would refuse the whole document; `_inliner` handles long paragraphs
        "line_length_limit": 1 << 30,
    }
)
# for each start of markup docutils searches all following text: 60,000 characters took 18 s
_MAX_INLINE_CHARS = 4_000
# docutils copies a substitution's text to each place of use; 130,000 characters took 1.2 s
_MAX_SUBSTITUTED_CHARS = 200_000


def read_tree(text: str) -> nodes.document:
    """Parse reStructuredText; markup unknown to docutils is in the tree as a `system_message`.

    Raises:
        InvalidDocument: `too_large`, if its substitutions grow beyond the limit.
    """
    _prepare_docutils()
    return publish_doctree(
        text,
        parser=_Parser(inliner=_inliner()),
        settings_overrides=dict(_SETTINGS),
    )


@cache
def _prepare_docutils() -> None:
    """Disable the directives by which a document could register roles for the whole process."""
    for name in ("role", "default-role"):
        directives.register_directive(name, _Ignored)


class _Ignored(Directive):
    optional_arguments = 1
    final_argument_whitespace = True
    has_content = True

    def run(self) -> list[nodes.Node]:
        return []


def _inliner() -> Inliner:
    """Return an inliner that does not parse markup in very long paragraphs."""
    inliner = Inliner()
    parse = inliner.parse

    def bounded(
        text: str, lineno: int, memo: Any, parent: nodes.Element
    ) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        if len(text) > _MAX_INLINE_CHARS:
            return [nodes.Text(text)], []
        return parse(text, lineno, memo, parent)

    # not a subclass: docutils builds its patterns from attributes of the inliner's own class
    inliner.parse = bounded  # type: ignore[method-assign]
    return inliner


class _Parser(Parser):
    def get_transforms(self) -> list[type[Transform]]:
        return [*super().get_transforms(), _BoundedSubstitutions]


class _BoundedSubstitutions(Transform):
    """Refuses nested substitutions that double in size with each level."""

    default_priority = Substitutions.default_priority - 1

    def apply(self, **_: Any) -> None:
        self._lengths: dict[str, int] = {}
        if self._referred(self.document) > _MAX_SUBSTITUTED_CHARS:
            raise InvalidDocument(
                f"the substitutions stand for more than {_MAX_SUBSTITUTED_CHARS} characters:"
                " write the text out",
                code="too_large",
            )

    def _referred(self, node: nodes.Element) -> int:
        references = node.findall(nodes.substitution_reference)
        return sum(self._length(reference["refname"]) for reference in references)

    def _length(self, name: str) -> int:
        names = self.document.substitution_names
        definition = self.document.substitution_defs.get(names.get(name.lower(), name))
        if definition is None:
            return 0
        if name not in self._lengths:
            self._lengths[name] = 0  # a circular substitution, which docutils reports, adds nothing
            self._lengths[name] = len(definition.astext()) + self._referred(definition)
        return self._lengths[name]
