"""Equations as linear text: `(a+b)/c`, `x²`, `√(2)`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ragline.superscripts import lowered, raised
from ragline_ingestor.parsers.docx.wordml import REMOVED, Element, M, W

_SUM = "∫"  # the sign of an integral is the one that is not stated
_OPEN, _CLOSE, _BETWEEN = "(", ")", "|"


def linear(element: Element) -> str:
    """Return an equation, or a part of one, as text on one line."""
    if element.tag in {f"{M}t", f"{W}t"}:
        return element.text or ""
    if element.tag in REMOVED or str(element.tag).endswith("Pr"):
        return ""
    write = _FORMS.get(str(element.tag), _plain)
    return write(element)


def _plain(element: Element) -> str:
    return "".join(map(linear, element))


def _part(element: Element, name: str) -> str:
    found = element.find(f"{M}{name}")
    return "" if found is None else _plain(found)


def _sign(element: Element, path: str, default: str) -> str:
    found = element.find("/".join(f"{M}{name}" for name in path.split("/")))
    return default if found is None else str(found.get(f"{M}val", ""))


def _grouped(text: str) -> str:
    """Return a part in brackets, unless it is one number or name."""
    return text if text.isalnum() or not text else f"({text})"


def _fraction(element: Element) -> str:
    top, bottom = _part(element, "num"), _part(element, "den")
    return f"{_grouped(top)}/{_grouped(bottom)}"


def _scripts(element: Element) -> str:
    base = _part(element, "e")
    return _with_limits(base, _part(element, "sub"), _part(element, "sup"))


def _with_limits(base: str, below: str, above: str) -> str:
    base += lowered(below, after=base or " ") if below else ""
    return base + (raised(above, after=base or " ") if above else "")


def _root(element: Element) -> str:
    degree = _part(element, "deg")
    return f"{raised(degree, after=' ')}√({_part(element, 'e')})"


def _nary(element: Element) -> str:
    sign = _sign(element, "naryPr/chr", _SUM)
    below, above = _part(element, "sub"), _part(element, "sup")
    limits = (f"_{_grouped(below)}" if below else "") + (f"^{_grouped(above)}" if above else "")
    return f"{sign}{limits} {_part(element, 'e')}"


def _brackets(element: Element) -> str:
    between = _sign(element, "dPr/sepChr", _BETWEEN)
    inner = between.join(_plain(part) for part in element.findall(f"{M}e"))
    return _sign(element, "dPr/begChr", _OPEN) + inner + _sign(element, "dPr/endChr", _CLOSE)


def _function(element: Element) -> str:
    return f"{_part(element, 'fName')} {_part(element, 'e')}"


def _limit(element: Element) -> str:
    return f"{_part(element, 'e')}_{_grouped(_part(element, 'lim'))}"


def _matrix(element: Element) -> str:
    rows = (", ".join(map(_plain, row)) for row in element.findall(f"{M}mr"))
    return f"[{'; '.join(rows)}]"


def _lines(element: Element) -> str:
    return "; ".join(_plain(line) for line in element.findall(f"{M}e"))


_FORMS: Mapping[str, Callable[[Element], str]] = {
    f"{M}{name}": write
    for name, write in (
        ("f", _fraction),
        *((name, _scripts) for name in ("sSup", "sSub", "sSubSup")),
        ("rad", _root),
        ("nary", _nary),
        ("d", _brackets),
        ("func", _function),
        *((name, _limit) for name in ("limLow", "limUpp")),
        ("m", _matrix),
        ("eqArr", _lines),
    )
}
