from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragline_classifier.entities import MAX_PER_KIND, extract


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("a 404 error and HTTP 503", ("404", "503")),
        ("ORA-00942 and TS2345", ("ORA-00942", "TS2345")),
        ("errno 13, exit code 137", ("errno 13", "137")),
        ("ECONNREFUSED then SIGKILL", ("ECONNREFUSED", "SIGKILL")),
        ("SQLSTATE 42P01, 0x80070005, CVE-2024-3094", ("42P01", "0x80070005", "CVE-2024-3094")),
        ("ERR_CONNECTION_REFUSED", ("ERR_CONNECTION_REFUSED",)),
        ("500 users paid $404 for 503 items", ()),
        ("AB-1234の交換周期は？", ("AB-1234",)),
        ("部品ＡＢ－１２３４の交換", ("ＡＢ－１２３４",)),
        ("AB\u20111234 or AB-\u00ad1235", ("AB\u20111234", "AB-\u00ad1235")),
    ],
)
def test_codes(text: str, codes: tuple[str, ...]) -> None:
    assert extract(text).codes == codes


@pytest.mark.parametrize(
    ("text", "versions"),
    [
        ("from 3.11.x to v3.12", ("3.11.x", "v3.12")),
        ("Kubernetes 1.31.2-rc1, Python 3.13?", ("1.31.2-rc1", "3.13")),
        ("RabbitMQ 4.1 release notes", ("4.1",)),
        ("$3.50, 2.5 GB, 99.9%, 3.5 million, 1.5 hours", ()),
        ("192.168.0.1 since 12.03.2024", ()),
    ],
)
def test_versions(text: str, versions: tuple[str, ...]) -> None:
    assert extract(text).versions == versions


@pytest.mark.parametrize(
    ("text", "identifiers"),
    [
        ("pg_stat_activity or maxConnections", ("pg_stat_activity", "maxConnections")),
        ("TaskGroup, HTTPServer and iPhone", ("TaskGroup", "HTTPServer", "iPhone")),
        ("asyncio.TaskGroup vs open_nursery()", ("asyncio.TaskGroup", "open_nursery()")),
        ("edit README.md in /etc/app.d/", ("README.md", "/etc/app.d")),
        ("pass --max-conns=5 or -x", ("--max-conns=5", "-x")),
        ("set RAGLINE_LLM__BASE_URL", ("RAGLINE_LLM__BASE_URL",)),
        ("see https://example.com/a?b=c.", ("https://example.com/a?b=c",)),
        ("an e-mail, e.g. a well-known follow-up and/or 24/7 service", ()),
    ],
)
def test_identifiers(text: str, identifiers: tuple[str, ...]) -> None:
    assert extract(text).identifiers == identifiers


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("what is \"dead letter\" and 'prefetch count'?", ("dead letter", "prefetch count")),
        ("“smart”, «guillemets» and `code`", ("smart", "guillemets", "code")),
        ("「全文検索」と『索引』、《员工手册》", ("全文検索", "索引", "员工手册")),
        ("„Über\u00adgabe“ und ‘no’", ("Über\u00adgabe", "no")),
        ("it's John's and I don't care", ()),
        ("ssh says error: permission denied (publickey)", ("permission denied (publickey)",)),
        ('an empty "" or " " quote', ()),
    ],
)
def test_quoted_and_error_strings(text: str, quoted: tuple[str, ...]) -> None:
    assert extract(text).quoted == quoted


def test_dates() -> None:
    text = "on 2024-05-01, 3 March 2023, May 5, 2022, 12.03.2021 or since 2020, not 2000 rows"
    expected = ("2024-05-01", "3 March 2023", "May 5, 2022", "12.03.2021", "2020")
    assert extract(text).dates == expected


def test_a_pasted_log_does_not_flood_the_search() -> None:
    found = extract(" ".join(f"var_{n}" for n in range(100)))
    assert len(found.identifiers) == MAX_PER_KIND


LITERAL = st.sampled_from(
    ["v1.2", "a_b", "aB", "--x", "'q r'", '"', "`", "404 error", "2024-01-01", "/a/b", "x.y", " "]
)


@given(st.one_of(st.text(max_size=200), st.lists(LITERAL, max_size=30).map("".join)))
def test_every_entity_of_any_text_is_a_part_of_it(text: str) -> None:
    found = extract(text)
    for kind in type(found).model_fields:
        values = getattr(found, kind)
        assert all(value and value in text for value in values)
        assert len(set(values)) == len(values) <= MAX_PER_KIND


def test_what_no_event_can_carry_is_no_entity() -> None:
    assert extract(f"since March{' ' * 3_000}2024 in version 3.12").dates == ()
