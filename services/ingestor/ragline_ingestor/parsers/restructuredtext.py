"""reStructuredText: standard docutils markup, and Sphinx's extensions.

docutils does not know Sphinx's directives and roles. It reports them with their source, and this
module reads their content from there. So no text of the author is lost, and no document can add
names to docutils' registries, which are shared by the whole process.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from docutils import nodes

from ragline_ingestor.decoding import decode
from ragline_ingestor.document import BlockKind, Content, ParsedDocument, ParseLimits
from ragline_ingestor.parsers.builder import TextBuilder
from ragline_ingestor.parsers.rst_tree import read_tree
from ragline_ingestor.parsers.sphinx_markup import SphinxDirective, read_directive, read_role

_SILENT = (nodes.comment, nodes.substitution_definition, nodes.target, nodes.Invisible)
_CODE = (nodes.literal_block, nodes.doctest_block, nodes.math_block)
_MAX_NESTED = 20
# from this level on docutils drops the markup; below it, docutils only warns (short underlines)
_LOST = 3


def parse_restructuredtext(content: Content, limits: ParseLimits) -> ParsedDocument:
    """Parse reStructuredText; the title is the first heading."""
    text = decode(content)
    if len(text) > limits.text_chars:
        return ParsedDocument(text=text, blocks=())
    builder = TextBuilder()
    _Walker(builder).read(text, level=0, nested=0)
    return builder.build()


class _Walker:
    """Sends the blocks of a document tree to a builder."""

    def __init__(self, builder: TextBuilder) -> None:
        self._add = builder.add
        self._level = 0
        self._nested = 0
        self._handlers: list[tuple[type | tuple[type, ...], Callable[[nodes.Element], None]]] = [
            (nodes.system_message, self._reported),
            (_SILENT, lambda _: None),
            (nodes.section, self._section),
            (nodes.title, self._title),
            (_CODE, lambda node: self._add(BlockKind.CODE, node.astext())),
            ((nodes.bullet_list, nodes.enumerated_list), self._list),
            (nodes.table, self._table),
            (nodes.option_list, self._options),
            (nodes.topic, self._topic),
            (nodes.field, self._field),
            (nodes.Admonition, self._admonition),
            (nodes.image, lambda node: self._paragraph(node.get("alt", ""))),
            (nodes.line_block, lambda node: self._paragraph("\n".join(_lines(node)))),
            (nodes.label, lambda node: self._paragraph(f"[{node.astext()}]")),
            (nodes.TextElement, lambda node: self._paragraph(inline(node))),
        ]

    def read(self, text: str, *, level: int, nested: int) -> None:
        """Parse `text` and send its blocks; its top headings are one level below `level`."""
        outer = self._level, self._nested
        self._level, self._nested = level, nested
        self.walk(read_tree(text))
        self._level, self._nested = outer

    def walk(self, node: nodes.Element) -> None:
        """Send the blocks under `node`."""
        for child in node.children:
            if isinstance(child, nodes.Element):
                self._child(child)

    def _child(self, node: nodes.Element) -> None:
        for kinds, handle in self._handlers:
            if isinstance(node, kinds):
                handle(node)
                return
        self.walk(node)

    def _paragraph(self, text: str) -> None:
        self._add(BlockKind.PARAGRAPH, text)

    def _section(self, node: nodes.Element) -> None:
        self._level += 1
        self.walk(node)
        self._level -= 1

    def _title(self, node: nodes.Element) -> None:
        if isinstance(node.parent, nodes.section):
            self._add(BlockKind.HEADING, inline(node), level=max(self._level, 1))
        else:  # the title of a box inside the section
            self._paragraph(inline(node))

    def _list(self, node: nodes.Element) -> None:
        self._add(BlockKind.LIST, "\n".join(_items(node)))

    def _table(self, node: nodes.Element) -> None:
        lines = [inline(child) for child in node.children if isinstance(child, nodes.title)]
        lines += [
            " | ".join(" ".join(_text(cell).split()) for cell in row.children)
            for row in _rows(node)
        ]
        self._add(BlockKind.TABLE, "\n".join(lines))

    def _options(self, node: nodes.Element) -> None:
        pairs = (item.children for item in node.children if isinstance(item, nodes.Element))
        lines = (
            f"{', '.join(option.astext() for option in names.children)}  {_text(description)}"
            for names, description in pairs
        )
        self._add(BlockKind.LIST, "\n".join(lines))

    def _topic(self, node: nodes.Element) -> None:
        if "contents" not in node["classes"]:  # a table of contents repeats the headings
            self.walk(node)

    def _field(self, node: nodes.Element) -> None:
        name, body = (_text(child) for child in node.children)
        if body:
            self._paragraph(f"{name}: {body}")

    def _admonition(self, node: nodes.Element) -> None:
        if not isinstance(node, nodes.admonition):  # it has its own title
            self._paragraph(f"{node.tagname.capitalize()}:")
        self.walk(node)

    def _reported(self, node: nodes.Element) -> None:
        """Read the source of markup that docutils does not know."""
        for source in (n.astext() for n in node.children if isinstance(n, nodes.literal_block)):
            if directive := read_directive(source):
                self._directive(directive)
            elif node["level"] >= _LOST:
                self._add(BlockKind.CODE, source)

    def _directive(self, directive: SphinxDirective) -> None:
        self._paragraph(directive.heading)
        if directive.is_code or self._nested >= _MAX_NESTED:
            self._add(BlockKind.CODE, directive.body)
        elif directive.body:
            self.read(directive.body, level=self._level, nested=self._nested + 1)


def inline(node: nodes.Node) -> str:
    """Return the text of `node` on one line, with roles as they are rendered."""
    return " ".join(_raw(node).split())


def _raw(node: nodes.Node) -> str:
    if isinstance(node, nodes.Text):
        return str(node)
    if isinstance(node, nodes.problematic):
        return read_role(node.astext())
    if isinstance(node, nodes.image):
        return str(node.get("alt", ""))
    if isinstance(node, (nodes.footnote_reference, nodes.citation_reference)):
        return f"[{node.astext()}]"
    return "".join(_raw(child) for child in node.children)


def _lines(node: nodes.Element) -> list[str]:
    return [
        inline(child) if isinstance(child, nodes.line) else "\n".join(_lines(child))
        for child in node.children
        if isinstance(child, nodes.Element)
    ]


def _rows(table: nodes.Element) -> Iterator[nodes.Element]:
    """Yield the rows of `table`, without those of tables in its cells."""
    for child in table.children:
        if isinstance(child, nodes.row):
            yield child
        elif isinstance(child, (nodes.tgroup, nodes.thead, nodes.tbody)):
            yield from _rows(child)


def _items(node: nodes.Element) -> list[str]:
    numbered = isinstance(node, nodes.enumerated_list)
    first = int(node.get("start", 1))
    lines = []
    for number, item in enumerate(node.children, start=first):
        mark = f"{number}. " if numbered else "- "
        if text := _text(item):
            lines.append(mark + text.replace("\n", "\n" + " " * len(mark)))
    return lines


def _text(node: nodes.Node) -> str:
    """Return the text of the blocks under `node`, one line each."""
    builder = TextBuilder()
    if isinstance(node, nodes.TextElement):
        return inline(node)
    if isinstance(node, nodes.Element):
        _Walker(builder).walk(node)
    document = builder.build()
    return "\n".join(document.text[block.start : block.end] for block in document.blocks)
