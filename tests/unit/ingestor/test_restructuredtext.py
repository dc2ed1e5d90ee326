"""reStructuredText: structure as docutils reads it, and nothing of Sphinx's markup lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragline.contracts.media_types import RST
from ragline.errors import InvalidDocument
from ragline_ingestor.document import BlockKind, Content, ParsedDocument, ParseLimits
from ragline_ingestor.parsers import parse

PAGE = """\
:orphan:

.. _queues:

======
Queues
======

Read :ref:`the guide <guide>` on :class:`~broker.Queue` and ``x-expires``, see [1]_.

.. note:: A queue that nobody uses
   expires.

Declaring
---------

.. code-block:: python
   :linenos:

   def declare(queue):
       return queue

.. versionadded:: 3.1
   The *durable* argument.

.. py:function:: declare(queue, durable=False)

   Declares a queue.

   :param queue: its name

.. frobnicate:: a thing
   :speed: 3

   Whatever it is, it has :frob:`content`.

.. toctree::
   :maxdepth: 2

   install
   upgrade

Limits
~~~~~~

* one

  more of it
* two

3. third
4. fourth

term
   its definition

===== =====
Name  Limit
===== =====
queue 10
===== =====

.. image:: arch.png
   :alt: How it hangs together

.. [1] A footnote.

Literally::

    rabbitmqctl  list_queues
"""
HEADING, PARAGRAPH, CODE = BlockKind.HEADING, BlockKind.PARAGRAPH, BlockKind.CODE


def parsed(text: str) -> ParsedDocument:
    return parse(Content(data=text.encode()), media_type=RST, limits=ParseLimits())


def blocks(document: ParsedDocument) -> list[tuple[BlockKind, str]]:
    return [(block.kind, document.text[block.start : block.end]) for block in document.blocks]


def test_a_page_written_for_sphinx() -> None:
    document = parsed(PAGE)
    assert document.title == "Queues"
    assert blocks(document) == [
        (HEADING, "Queues"),
        (PARAGRAPH, "Read the guide on Queue and x-expires, see [1]."),
        (PARAGRAPH, "Note:"),
        (PARAGRAPH, "A queue that nobody uses expires."),
        (HEADING, "Declaring"),
        (CODE, "def declare(queue):\n    return queue"),
        (PARAGRAPH, "New in version 3.1"),
        (PARAGRAPH, "The durable argument."),
        (PARAGRAPH, "declare(queue, durable=False)"),
        (PARAGRAPH, "Declares a queue."),
        (PARAGRAPH, "param queue: its name"),
        (PARAGRAPH, "a thing"),
        (PARAGRAPH, "Whatever it is, it has content."),
        (HEADING, "Limits"),
        (BlockKind.LIST, "- one\n  more of it\n- two"),
        (BlockKind.LIST, "3. third\n4. fourth"),
        (PARAGRAPH, "term"),
        (PARAGRAPH, "its definition"),
        (BlockKind.TABLE, "Name | Limit\nqueue | 10"),
        (PARAGRAPH, "How it hangs together"),
        (PARAGRAPH, "[1]"),
        (PARAGRAPH, "A footnote."),
        (PARAGRAPH, "Literally:"),
        (CODE, "rabbitmqctl  list_queues"),
    ]
    assert [b.level for b in document.blocks if b.kind is HEADING] == [1, 2, 3]


@pytest.mark.parametrize(
    "directive",
    [
        ".. include:: /etc/passwd",
        ".. raw:: html\n   :file: /etc/passwd",
        ".. csv-table::\n   :file: /etc/passwd",
        ".. literalinclude:: /etc/passwd",
    ],
)
def test_no_file_is_read(directive: str) -> None:
    assert "root:" not in parsed(f"Text.\n\n{directive}\n").text


def test_names_of_one_document_mean_nothing_in_the_next() -> None:
    parsed(".. role:: shout\n.. default-role:: shout\n\nSome :shout:`loud` text.")
    assert parsed("Some :shout:`loud` and `default` text.").text == "Some loud and default text."


def test_directives_nested_without_end_are_text() -> None:
    deep = "".join(f"{'   ' * level}.. box{level}::\n\n" for level in range(60))
    document = parsed(f"Start.\n\n{deep}{'   ' * 60}the end\n")
    assert "the end" in document.text


MARKUP = st.sampled_from(
    [
        *"ab \n:`*=-|_[]<>",
        "\n\n",
        "   ",
        ".. ",
        "::",
        "note::",
        ".. x::\n\n   ",
        "====\n",
        "* ",
        "1. ",
    ]
)


@given(st.lists(MARKUP, max_size=60).map("".join))
def test_any_text_has_blocks_in_order_or_is_refused(text: str) -> None:
    try:
        document = parsed(text)
    except InvalidDocument:
        return
    end = 0
    for block in document.blocks:
        assert end <= block.start < block.end <= len(document.text)
        end = block.end
