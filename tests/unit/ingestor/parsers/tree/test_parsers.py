"""JSON, YAML and XML: each value with its path, things alike as rows, and no word lost."""

from __future__ import annotations

import json
import re
from xml.sax.saxutils import escape, quoteattr

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.ingestor.conftest import LIMITS, SIZES

from ragline.errors import InvalidDocument
from ragline_ingestor.chunking import chunk_document
from ragline_ingestor.document import Content, ParsedDocument, Parser
from ragline_ingestor.parsers.tree.parsers import parse_json, parse_xml, parse_yaml
from ragline_ingestor.table_heads import with_repeated_heads


def parsed(parser: Parser, text: str) -> ParsedDocument:
    return parser(Content(data=text.encode()), LIMITS)


def lines(parser: Parser, text: str) -> list[str]:
    return parsed(parser, text).text.split("\n")


def test_a_value_stands_on_a_line_with_its_path() -> None:
    text = '{"corvo": {"timeout": 30, "on": true, "to": null, "tags": ["a", "b"], "none": {}}}'
    assert lines(parse_json, text) == [
        "- corvo.timeout: 30",
        "- corvo.on: true",
        "- corvo.to: null",
        "- corvo.tags: a, b",
        "- corvo.none: {}",
    ]


def test_numbers_and_names_that_come_twice_stay_as_written() -> None:
    assert lines(parse_json, '{"a": 1.50, "a": 1e400, "b": 12345678901234567890.10}') == [
        "- a: 1.50",
        "- a: 1e400",
        "- b: 12345678901234567890.10",
    ]


def test_things_alike_are_rows() -> None:
    text = '[{"name": "Alba", "price": 149, "size": {"w": 40}}, {"name": "Bora", "price": 189}]'
    assert lines(parse_json, text) == [
        "| name | price | size.w |",
        "|---|---|---|",
        "| Alba | 149 | 40 |",
        "| Bora | 189 |  |",
    ]


def test_each_line_may_be_a_value() -> None:
    assert lines(parse_json, '{"a": 1}\n{"a": 2}\n')[2:] == ["| 1 |", "| 2 |"]


def test_a_large_branch_has_a_heading_and_a_thing_its_name() -> None:
    services = {f"s{n}": {"name": f"Service {n}", **{f"k{m}": m for m in range(8)}} for n in (1, 2)}
    document = parsed(parse_json, json.dumps({"services": services}))
    headings = [block.heading for block in document.blocks if block.heading]
    assert headings == ["services", "services.s1: Service 1", "services.s2: Service 2"]


def test_yaml_keeps_comments_and_values_as_written() -> None:
    text = (
        "# all of the shop\nservice: corvo\n# the port of the Corvo service\nport: 06120\n"
        "on: yes  # since May\nday: 2026-03-05\nlong: |\n  line # one\n  line two\n# the end\n"
    )
    assert lines(parse_yaml, text) == [
        "- service: corvo # all of the shop",
        "- port: 06120 # the port of the Corvo service",
        "- on: yes # since May",
        "- day: 2026-03-05",
        "",
        "long: line # one",
        "line two",
        "",
        "the end",
    ]


def test_yaml_aliases_stand_for_what_they_name() -> None:
    assert lines(parse_yaml, "a: &x {n: 1}\nb: *x\nc: &y [*y]\n") == [
        "- a.n: 1",
        "- b.n: 1",
        "- c: *y",
    ]


def test_yaml_aliases_of_aliases_without_end_are_refused() -> None:
    bomb = "a0: &a0 [x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12)
    )
    with pytest.raises(InvalidDocument) as refused:
        parsed(parse_yaml, bomb)
    assert refused.value.code == "too_large"


@pytest.mark.parametrize(
    ("parser", "text"),
    [
        (parse_json, "{port: 80, // no JSON\n}"),
        (parse_json, "[" * 5_000),
        (parse_yaml, "port: {{ .Values.port }}"),
        (parse_yaml, "a: b: c"),
        (parse_yaml, "- " * 5_000),
    ],
)
def test_what_is_no_data_is_read_as_text_and_told(parser: Parser, text: str) -> None:
    document = parsed(parser, text)
    assert document.text == text
    assert "read as plain text" in document.warnings[0]


def test_xml_elements_are_named_and_attributes_kept() -> None:
    text = (
        '<?xml version="1.0"?><shop xmlns="urn:x"><title>Chairs</title><!-- no -->'
        '<chair id="7"><name>Alba</name><price currency="EUR">149</price></chair>'
        '<chair id="8"><name>Bora</name><price currency="EUR">189</price></chair>'
        "<p>Made <b>by hand</b>.</p></shop>"
    )
    document = parsed(parse_xml, text)
    assert document.title == "Chairs"
    assert "| 8 | Bora | 189 (currency: EUR) |" in document.text
    assert "- p: Made by hand." in document.text


def test_the_html_in_a_feed_is_read() -> None:
    html = escape("<p>Now <b>red</b></p>")
    text = f"<rss><item><title>A</title><d>{html}</d></item></rss>"
    assert "- d: Now red" in lines(parse_xml, text)


def test_own_entities_are_resolved_and_files_are_not_read() -> None:
    text = '<!DOCTYPE x [<!ENTITY co "Corvo">]><x><a>&co; 2</a><b>1</b></x>'
    assert "- a: Corvo 2" in lines(parse_xml, text)
    outside = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/hostname">]><x>&f;</x>'
    with pytest.raises(InvalidDocument) as refused:
        parsed(parse_xml, outside)
    assert refused.value.code == "corrupt_xml"


@pytest.mark.parametrize(
    ("text", "code"),
    [("<a><b></a>", "corrupt_xml"), ("<a>" * 200 + "x" + "</a>" * 200, "too_deep")],
)
def test_broken_xml_is_refused(text: str, code: str) -> None:
    with pytest.raises(InvalidDocument) as refused:
        parsed(parse_xml, text)
    assert refused.value.code == code


_WORDS = st.integers(0, 10**6).map("word{}".format)
_TEXTS = st.one_of(_WORDS, st.builds("{} {}\n\n{}".format, _WORDS, _WORDS, _WORDS))
_TREES = st.recursive(
    _TEXTS,
    lambda below: st.one_of(
        st.lists(below, max_size=4), st.dictionaries(_WORDS, below, max_size=4)
    ),
    max_leaves=40,
)


def _written_as_xml(name: str, value: object) -> str:
    if isinstance(value, dict):
        inner = "".join(_written_as_xml(key, below) for key, below in value.items())
        return f"<{name} a={quoteattr(f'{name}')}>{inner}</{name}>"
    if isinstance(value, list):
        return "".join(_written_as_xml(name, below) for below in value)
    return f"<{name}>{escape(str(value))}</{name}>"


@pytest.mark.parametrize("language", ["json", "yaml", "xml"])
def test_every_word_is_in_a_chunk(language: str) -> None:
    @given(st.one_of(st.lists(_TREES, min_size=1), st.dictionaries(_WORDS, _TREES, min_size=1)))
    @settings(max_examples=60, deadline=None)
    def holds(tree: object) -> None:
        if language == "json":
            source, parser = json.dumps(tree), parse_json
        elif language == "yaml":
            source, parser = yaml.safe_dump(tree), parse_yaml
        else:
            source, parser = f"<root>{_written_as_xml('e', tree)}</root>", parse_xml
        # the names of elements are no content of XML
        visible = re.sub(r"</?word\d+", "", source)
        chunks = chunk_document(with_repeated_heads(parsed(parser, source), SIZES), SIZES)
        found = "\n".join(text for each in chunks for text in (each.text, *each.heading_path))
        assert set(re.findall(r"word\d+", found)) >= set(re.findall(r"word\d+", visible))

    holds()
