"""Equations become one line of text."""

from __future__ import annotations

import pytest
from tests.unit.ingestor.parsers.docx.conftest import paragraph, text_of


def _r(text: str) -> str:
    return f"<m:r><m:t>{text}</m:t></m:r>"


def _m(name: str, **parts: str) -> str:
    inner = "".join(f"<m:{part}>{_r(text)}</m:{part}>" for part, text in parts.items())
    return f"<m:{name}>{inner}</m:{name}>"


_SUM = _m("nary", sub="i=1", sup="n", e="i").replace(
    "<m:nary>", '<m:nary><m:naryPr><m:chr m:val="∑"/></m:naryPr>'
)
_ROWS = f"<m:mr><m:e>{_r('1')}</m:e><m:e>{_r('2')}</m:e></m:mr><m:mr><m:e>{_r('3')}</m:e></m:mr>"


@pytest.mark.parametrize(
    ("equation", "text"),
    [
        (_m("f", num="a+b", den="2"), "(a+b)/2"),
        (_m("sSup", e="x", sup="2"), "x²"),
        (_m("sSub", e="x", sub="i"), "xi"),
        (_m("sSubSup", e="x", sub="0", sup="2k"), "x₀^(2k)"),
        (_m("rad", deg="3", e="x+1"), "³√(x+1)"),
        (_SUM, "∑_(i=1)^n i"),
        (_m("d", e="a"), "(a)"),
        (_m("func", fName="sin", e="x"), "sin x"),
        (_m("limLow", e="lim", lim="n→∞"), "lim_(n→∞)"),
        (f"<m:m>{_ROWS}</m:m>", "[1, 2; 3]"),
        (f"<m:eqArr><m:e>{_r('a=1')}</m:e><m:e>{_r('b=2')}</m:e></m:eqArr>", "a=1; b=2"),
        (_m("acc", e="x") + f"<w:del>{_r('gone')}</w:del>", "x"),
    ],
)
def test_forms(equation: str, text: str) -> None:
    assert text_of(paragraph(f"<m:oMath>{equation}</m:oMath>")) == text
