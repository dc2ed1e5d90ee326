"""reStructuredText: structure as docutils reads it, and nothing of Sphinx's markup lost."""

from __future__ import annotations

import pytest
from tests.unit.ingestor.conftest import LIMITS

from ragline.contracts.media_types import RST
from ragline_ingestor.document import BlockKind, Content, ParsedDocument
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
    return parse(Content(data=text.encode()), media_type=RST, limits=LIMITS)


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
        (PARAGRAPH, "New in version 3.1 The durable argument."),
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
    ("source", "expected"),
    [
        (
            ".. topic:: Key point\n\n   Keep it.",
            [(PARAGRAPH, "Key point"), (PARAGRAPH, "Keep it.")],
        ),
        (
            ".. seealso:: :ref:`the guide <guide>`\n\n   And ``more``.",
            [(PARAGRAPH, "See also the guide"), (PARAGRAPH, "And more.")],
        ),
        (
            ".. code-block:: ini\n   :caption: broker.conf\n\n   a = 1\n\n   b = 2",
            [(PARAGRAPH, "broker.conf"), (CODE, "a = 1\n\nb = 2")],
        ),
        (
            ".. tabs::\n\n   .. tab:: Linux\n\n      apt",
            [(PARAGRAPH, "Linux"), (PARAGRAPH, "apt")],
        ),
        (
            "-f FILE        reads it\n-v, --verbose  tells more",
            [(BlockKind.LIST, "-f FILE  reads it\n-v, --verbose  tells more")],
        ),
        (
            "==  ==\na   b\n==  ==\n:ref:`x <y>`  z\n==  ==",
            [(CODE, "==  ==\na   b\n==  ==\n:ref:`x <y>`  z\n==  ==")],
        ),
        ("|logo| x\n\n.. |logo| image:: a.png\n   :alt: Rabbit", [(PARAGRAPH, "Rabbit x")]),
    ],
    ids=["topic", "seealso", "caption", "tabs", "options", "malformed table", "image"],
)
def test_nothing_is_lost(source: str, expected: list[tuple[BlockKind, str]]) -> None:
    assert blocks(parsed(f"{source}\n")) == expected


def test_a_short_underline_is_a_heading_all_the_same() -> None:
    assert blocks(parsed("A long heading\n====\n\nText.\n\nNext one\n----\n\nMore.")) == [
        (HEADING, "A long heading"),
        (PARAGRAPH, "Text."),
        (HEADING, "Next one"),
        (PARAGRAPH, "More."),
    ]


def test_a_contents_list_repeats_no_heading() -> None:
    assert blocks(parsed("A\n=\n\n.. contents::\n\nText.")) == [
        (HEADING, "A"),
        (PARAGRAPH, "Text."),
    ]


@pytest.mark.parametrize("box", ["admonition", "sidebar", "topic"])
def test_the_title_of_a_box_is_no_heading(box: str) -> None:
    document = parsed(f"Queues\n======\n\n.. {box}:: Mind\n\n   This.\n\nOn goes the section.")
    assert [b.heading for b in document.blocks if b.kind is HEADING] == ["Queues"]
    assert "Mind" in document.text
