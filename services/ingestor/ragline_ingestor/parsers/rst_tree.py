"""docutils as a document of strangers may use it: no files, no output, no unbounded work."""

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
        # a document must not make us read files or addresses
        "file_insertion_enabled": False,
        "raw_enabled": False,
        "_disable_config": True,
        # problems are found in the tree, and neither printed nor raised
        "report_level": 5,
        "halt_level": 5,
        "warning_stream": False,
        "doctitle_xform": False,
        "docinfo_xform": False,
        "syntax_highlight": "none",
        # docutils would give up the whole document; long paragraphs are met below
        "line_length_limit": 1 << 30,
    }
)
# docutils searches each start of markup an end in all that follows: 60,000 characters took 18 s
_MAX_INLINE_CHARS = 4_000
# docutils copies what a substitution stands for into each place; 130,000 characters took 1.2 s
_MAX_SUBSTITUTED_CHARS = 200_000


def read_tree(text: str) -> nodes.document:
    """Parse reStructuredText; what docutils does not know is in the tree as a `system_message`.

    Raises:
        InvalidDocument: `too_large`, when its substitutions grow without bounds.
    """
    _prepare_docutils()
    return publish_doctree(
        text,
        parser=_Parser(inliner=_inliner()),
        settings_overrides=dict(_SETTINGS),
    )


@cache
def _prepare_docutils() -> None:
    """Take away the directives that let a document name roles for the whole process."""
    for name in ("role", "default-role"):
        directives.register_directive(name, _Ignored)


class _Ignored(Directive):
    optional_arguments = 1
    final_argument_whitespace = True
    has_content = True

    def run(self) -> list[nodes.Node]:
        return []


def _inliner() -> Inliner:
    """Return an inliner that leaves the markup in very long paragraphs as it is."""
    inliner = Inliner()
    parse = inliner.parse

    def bounded(
        text: str, lineno: int, memo: Any, parent: nodes.Element
    ) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        if len(text) > _MAX_INLINE_CHARS:
            return [nodes.Text(text)], []
        return parse(text, lineno, memo, parent)

    # no subclass: docutils makes patterns of what stands in the very class of the inliner
    inliner.parse = bounded  # type: ignore[method-assign]
    return inliner


class _Parser(Parser):
    def get_transforms(self) -> list[type[Transform]]:
        return [*super().get_transforms(), _BoundedSubstitutions]


class _BoundedSubstitutions(Transform):
    """Refuses substitutions of substitutions that double with each step."""

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
            self._lengths[name] = 0  # a circle, which docutils reports, adds nothing
            self._lengths[name] = len(definition.astext()) + self._referred(definition)
        return self._lengths[name]
