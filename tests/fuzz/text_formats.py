"""Documents whose bytes are text, from the same sections. Pure."""

from __future__ import annotations

import csv
import html
import io
import json
from collections.abc import Sequence
from email.message import EmailMessage
from typing import Any
from xml.sax.saxutils import escape

import yaml

from .sections import Section


def markdown(content: Sequence[Section]) -> bytes:
    """Return it as Markdown, with a front matter."""
    parts = ["---\ntitle: Fuzz\ntags: [a, b]\n---\n"]
    for each in content:
        parts += [f"{'#' * each.level} {each.heading} {{#id}}", *each.paragraphs]
        parts.append("\n".join(f"- {item}" for item in each.items))
        parts.append("| a | b | c |\n|---|---|---|")
        parts[-1] += "".join(f"\n| {' | '.join(row)} |" for row in each.table)
        parts.append(f"```sh\n{each.code}\n```")
    return "\n\n".join(parts).encode()


def mdx(content: Sequence[Section]) -> bytes:
    """Return it as MDX."""
    head = b"import {A} from './a'\n\nexport const x = {a: 1}\n\n{/* a note */}\n\n"
    return (
        head + markdown(content).partition(b"---\n\n")[2] + b"\n\n<A title={`x`}>\n\ntext\n\n</A>"
    )


def webpage(content: Sequence[Section]) -> bytes:
    """Return it as HTML."""
    parts = ["<!doctype html><html><head><title>Fuzz</title></head><body><main>"]
    for each in content:
        parts.append(f"<h{each.level} id=a>{html.escape(each.heading)}</h{each.level}>")
        parts += [f"<p>{html.escape(text)}" for text in each.paragraphs]
        parts += ["<ul>", *(f"<li>{html.escape(item)}</li>" for item in each.items), "</ul>"]
        cells = ("".join(f"<td>{html.escape(cell)}" for cell in row) for row in each.table)
        parts += ["<table>", *(f"<tr>{row}</tr>" for row in cells), "</table>"]
        parts.append(f"<pre><code>{html.escape(each.code)}</code></pre><!-- note -->")
    return "".join([*parts, "</main></body></html>"]).encode()


def restructured(content: Sequence[Section]) -> bytes:
    """Return it as reStructuredText."""
    parts = []
    for each in content:
        line = "=-~^\"'"[each.level - 1] * max(4, 2 * len(each.heading))
        parts += [f"{each.heading}\n{line}", *each.paragraphs]
        parts.append("\n".join(f"* {item}" for item in each.items))
        parts.append(f".. note:: {each.heading}\n\n   {each.code}")
        parts.append(f".. code-block:: sh\n\n   {each.code}\n\n.. include:: /etc/hostname")
        parts.append(".. list-table::\n")
        rows = ("\n     - ".join(row) for row in each.table)
        parts[-1] += "".join(f"\n   * - {row}" for row in rows)
    return "\n\n".join(parts).encode()


def plain(content: Sequence[Section]) -> bytes:
    """Return it as text."""
    parts = []
    for each in content:
        parts += [each.heading.upper(), *each.paragraphs, f"    {each.code}"]
    return "\n\n".join(parts).encode()


def asciidoc(content: Sequence[Section]) -> bytes:
    """Return it as AsciiDoc."""
    parts = ["= Fuzz\n:toc:"]
    for each in content:
        parts += [f"{'=' * (each.level + 1)} {each.heading}", *each.paragraphs]
        parts.append("\n".join(f"* {item}" for item in each.items))
        rows = "".join(f"\n| {' | '.join(row)}" for row in each.table)
        parts.append(f"|===\n| a | b | c{rows}\n|===")
        parts.append(f"[source,sh]\n----\n{each.code}\n----\n\ninclude::/etc/hostname[]")
    return "\n\n".join(parts).encode()


def table(content: Sequence[Section]) -> bytes:
    """Return its tables as one CSV."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(("Section", "a", "b", "c"))
    for each in content:
        writer.writerows((each.heading, *row) for row in each.table)
        writer.writerows((each.heading, text) for text in each.paragraphs)
    return out.getvalue().encode()


def tabbed(content: Sequence[Section]) -> bytes:
    """Return its tables as TSV."""
    return table(content).replace(b",", b"\t")


def _records(content: Sequence[Section]) -> list[dict[str, Any]]:
    return [
        {
            "title": each.heading,
            "level": each.level,
            "text": list(each.paragraphs),
            "items": {f"item {n}": item for n, item in enumerate(each.items)},
            "rows": [list(row) for row in each.table],
            "nothing": None,
        }
        for each in content
    ]


def as_json(content: Sequence[Section]) -> bytes:
    """Return it as JSON."""
    return json.dumps(_records(content), ensure_ascii=False).encode()


def json_lines(content: Sequence[Section]) -> bytes:
    """Return it as lines of JSON."""
    return "\n".join(json.dumps(each) for each in _records(content)).encode()


def as_yaml(content: Sequence[Section]) -> bytes:
    """Return it as YAML, with an anchor."""
    text = yaml.safe_dump({"pages": _records(content)}, allow_unicode=True)
    return f"defaults: &defaults\n  a: 1\nuses: *defaults\n{text}".encode()


def as_xml(content: Sequence[Section]) -> bytes:
    """Return it as XML, with a document type."""
    parts = ['<?xml version="1.0"?><!DOCTYPE pages [<!ENTITY own "text">]><pages>']
    for each in content:
        parts.append(f"<page level='{each.level}'><title>{escape(each.heading)}</title>&own;")
        parts += [f"<p>{escape(text)}</p>" for text in (*each.paragraphs, *each.items)]
        parts.append(f"<code><![CDATA[{each.code}]]></code></page>")
    return "".join([*parts, "</pages>"]).encode()


def notebook(content: Sequence[Section]) -> bytes:
    """Return it as a Jupyter notebook with outputs."""
    cells: list[dict[str, Any]] = []
    for each in content:
        cells.append({"cell_type": "markdown", "source": [f"# {each.heading}\n", *each.paragraphs]})
        output = {"output_type": "display_data", "data": {"image/png": "iVBORw0KGgo="}}
        cells.append({"cell_type": "code", "source": each.code, "outputs": [output]})
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}).encode()


def program(content: Sequence[Section]) -> bytes:
    """Return it as Python."""
    parts = ["import os"]
    for number, each in enumerate(content):
        text = " ".join((each.heading, *each.paragraphs)).replace('"""', "")
        parts.append(f'def f{number}(a):\n    """{text}"""\n    return {each.code!r}')
    return "\n\n\n".join(parts).encode()


def rich_text(content: Sequence[Section]) -> bytes:
    """Return it as RTF."""
    parts = [r"{\rtf1\ansi\ansicpg1252\uc1{\fonttbl{\f0 Arial;}}{\*\generator fuzz;}"]
    for each in content:
        parts.append(rf"{{\pard\outlinelevel{each.level - 1}\b {_rtf(each.heading)}\par}}")
        parts += [rf"{{\pard {_rtf(text)}\par}}" for text in (*each.paragraphs, *each.items)]
        rows = (r"\cell ".join(map(_rtf, row)) for row in each.table)
        parts += [rf"\trowd\cellx100\cellx200\cellx300 {row}\cell\row" for row in rows]
    return "\n".join([*parts, "}"]).encode("ascii", "replace")


def _rtf(text: str) -> str:
    plain = text.replace("\\", r"\\").replace("{", r"\{").replace("}", r"\}")
    units = plain.encode("utf-16-le")
    numbers = [int.from_bytes(units[at : at + 2], "little") for at in range(0, len(units), 2)]
    return "".join(
        chr(each) if each < 0x80 else rf"\u{each - 0x10000 if each > 0x7FFF else each}?"
        for each in numbers
    )


def mail(content: Sequence[Section]) -> bytes:
    """Return it as a mail with HTML, and with a text file and a mail attached."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.org", "b@example.org", "Fuzz"
    message["Date"] = "Mon, 05 Jan 2026 10:00:00 +0000"
    message.set_content(plain(content).decode().replace("\x00", ""), cte="base64")
    message.add_alternative(webpage(content).decode(), subtype="html", cte="base64")
    message.add_attachment(markdown(content), maintype="text", subtype="markdown", filename="a.md")
    inner = EmailMessage()
    inner["Subject"] = "Inner"
    inner.set_content("inner")
    message.add_attachment(inner)
    message.set_boundary("outer")
    first = next(iter(message.iter_parts()))
    first.set_boundary("inner")
    return message.as_bytes()
