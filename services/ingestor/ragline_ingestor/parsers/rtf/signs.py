"""Control words that stand for a character, and what is written for each."""

from __future__ import annotations

SIGNS = {
    "line": "<br>",
    "lbr": "<br>",
    "tab": "\t",
    "emdash": "—",
    "endash": "–",
    "emspace": " ",
    "enspace": " ",
    "qmspace": " ",
    "bullet": "•",
    "lquote": "‘",
    "rquote": "’",
    "ldblquote": "“",
    "rdblquote": "”",
    "zwj": "\u200d",
    "zwnj": "\u200c",
    "nestcell": " | ",
    "nestrow": "<br>",
    "page": " ",
    "column": " ",
    "~": "\u00a0",
    "_": "-",
    "\n": "",
    "\r": "",
}
