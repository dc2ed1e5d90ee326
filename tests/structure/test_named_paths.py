"""Every path and every module that documentation, docstrings and comments name is there.

A path is given from the repository's root, from the text's own folder, or by its end where that
end is unique (`messaging/publisher.py`).
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token
from tests.structure.modules import ROOT, product_files
from tests.structure.written_paths import Paths, name_problem, repository_paths

# What is written like a path and is none of the repository's, by its beginning or as a whole
NO_PATHS = (
    # outputs of commands
    "build/",
    ".venv/",
    "report.md",
    "bench.json",
    "bench.md",
    "corpus.jsonl",
    "queries.jsonl",
    "qrels/dev.tsv",
    "rejected.jsonl",
    # files and documents of examples
    "./handbook",
    "badges.md",
    "keys.toml",
    "index.md",
    # keys of records
    "tenant/document_id",
    "acme/",
    "default/",
    # media types and image names
    "application/",
    "text/",
    "ragline/cli",
    "ragline/retriever",
    # other people's repositories and modules
    "anthropics/anthropic-cookbook",
    "OSU-NLP-Group/HippoRAG",
    "github.com/",
    "config/crd/bases",
    "config/crds/bases",
    "schema/generated/scalers-schema.json",
    "langid.py",
    # models of a hub, and files in them
    "cross-encoder/",
    "onnx/",
)
# Names with dots that are no modules: a field of chat completions
NO_MODULES = ("ragline.text",)
# The generator's prompts are written for a model
NO_PAGES = "services/generator/ragline_generator/writing/prompts/"

_PATH = re.compile(r"[\w.{}*-][\w.{},*-]*(?:/[\w.{},*-]*)*")
_SUFFIXES = "py|md|toml|json|jsonl|yaml|yml|js|css|html|tsv|svg|png|npz|env|lock|txt"
_FILE = re.compile(rf"[\w./{{}},*-]+\.(?:{_SUFFIXES})")
_FILE_IN_PROSE = re.compile(r"(?<![\w./~$<>…*-])\w[\w.-]*(?:/[\w.-]+)*\.(?:py|md|toml)\b")
_MODULE = re.compile(r"(?<![\w/.-])ragline(?:_[a-z]+)?(?:\.[A-Za-z_]\w*)+")
_VERB = re.compile(r"^(?:\$ )?make ([a-z-]+)", re.MULTILINE)


@cache
def repository() -> Paths:
    return Paths(repository_paths())


@cache
def events() -> frozenset[str]:
    """The types of events: they have dots, too."""
    return frozenset(file.stem for file in ROOT.glob("shared/ragline/contracts/schemas/*.json"))


def pages() -> list[str]:
    return [
        path
        for path in repository_paths()
        if path.endswith(".md") and not path.startswith(NO_PAGES)
    ]


def problems_in(texts: Iterable[str], *, beside: str) -> Iterator[str]:
    """Yield what is wrong with the paths and module names that `texts` are."""
    for text in texts:
        if _MODULE.fullmatch(text):
            if text not in events() and not text.startswith(NO_MODULES):
                yield from filter(None, [name_problem(text)])
        elif not text.startswith(NO_PATHS):
            yield from filter(None, [repository().problem(text, beside=beside)])


def is_path(text: str) -> bool:
    """Tell whether text between backticks is written like a path: a file, or with a slash."""
    return bool(_FILE.fullmatch(text) if "/" not in text else _PATH.fullmatch(text))


# Pages


def tokens_of(text: str) -> list[Token]:
    blocks = MarkdownIt().enable("table").parse(text)
    return [token for block in blocks for token in (block, *(block.children or ()))]


def names_on(page: str) -> Iterator[str]:
    """Yield the paths and module names between backticks."""
    for token in tokens_of(page):
        text = token.content
        if token.type == "code_inline" and (is_path(text) or _MODULE.fullmatch(text)):
            yield text


def anchors_of(page: str) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    tokens = MarkdownIt().enable("table").parse(page)
    titles = [
        "".join(child.content for child in tokens[index + 1].children or ())
        for index, token in enumerate(tokens)
        if token.type == "heading_open"
    ]
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def broken_links(page: str, *, beside: Path, own_name: str) -> Iterator[str]:
    """Yield the links of a page to files or headings that are not there."""
    for token in tokens_of(page):
        link = token.attrs.get("href") or token.attrs.get("src")
        if link is None or urlsplit(str(link)).scheme:
            continue
        path, _, anchor = unquote(str(link)).partition("#")
        target = beside / (path or own_name)
        if not target.exists():
            yield f"there is no {link}"
        elif anchor and anchor not in anchors_of(target.read_text(encoding="utf-8")):
            yield f"{path or own_name} has no heading #{anchor}"


@pytest.mark.parametrize("page", pages())
def test_a_page_names_paths_that_are_there(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    beside = "".join(page.rpartition("/")[:2])
    assert list(problems_in(names_on(text), beside=beside)) == []


@pytest.mark.parametrize("page", pages())
def test_a_page_links_to_files_and_headings_that_are_there(page: str) -> None:
    file = ROOT / page
    text = file.read_text(encoding="utf-8")
    assert list(broken_links(text, beside=file.parent, own_name=file.name)) == []


@pytest.mark.parametrize("page", pages())
def test_a_page_names_verbs_of_the_makefile(page: str) -> None:
    verbs = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    code = [t.content for t in tokens_of((ROOT / page).read_text()) if t.tag == "code"]
    assert {verb for text in code for verb in _VERB.findall(text)} - verbs == set()


# Docstrings and comments


def prose_of(source: str) -> Iterator[str]:
    """Yield the docstrings and comments of a module."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield ast.get_docstring(node) or ""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.string


def names_in(source: str) -> Iterator[str]:
    """Yield the paths and module names in a module's prose."""
    for text in prose_of(source):
        code = re.findall(r"`([^`\s]+)`", text)
        yield from (each for each in code if "/" in each and is_path(each))
        yield from (each for each in _FILE_IN_PROSE.findall(text) if f"`{each}`" not in text)
        yield from (each for each in code if "/" not in each and _FILE_IN_PROSE.fullmatch(each))
        yield from _MODULE.findall(text)


def modules() -> list[Path]:
    return [*product_files(), *(ROOT / "services/classifier/training").glob("*.py")]


def test_docstrings_and_comments_name_what_is_there() -> None:
    problems: dict[str, list[str]] = {}
    for file in modules():
        beside = f"{file.parent.relative_to(ROOT)}/"
        found = list(problems_in(names_in(file.read_text(encoding="utf-8")), beside=beside))
        problems |= {str(file.relative_to(ROOT)): found} if found else {}
    assert problems == {}


# The tests' own proof


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("`shared/ragline/messaging/publisher.py`", None),
        ("`messaging/publisher.py`", None),
        ("`messaging/{publisher,claims}.py`", None),
        ("`adapters/stores/*/reader.py`", None),
        ("`services/monitor/`", None),
        ("`ragline.messaging.lag.LagReader.look_at`", None),
        ("`build/reports/`", None),
        ("`/v1/queries/{id}/events`", None),
        ("`messaging/outbox.py`", "there is no messaging/outbox.py"),
        ("`messaging/{publisher,outbox}.py`", "there is no messaging/outbox.py"),
        ("`adapters/*/outbox.py`", "there is no adapters/*/outbox.py"),
        ("`services/watcher/`", "there is no services/watcher/"),
        ("`messaging/publisher.py/`", "there is no messaging/publisher.py/"),
        ("`outbox.toml`", "there is no outbox.toml"),
        ("`adapters/errors.py`", "there is no adapters/errors.py"),
        ("`ragline.messaging.outbox`", "shared/ragline/messaging/__init__.py has no outbox"),
        ("`ragline.messaging.lag.Nobody`", "shared/ragline/messaging/lag.py has no Nobody"),
        ("`ragline_watcher.app`", "there is no package ragline_watcher"),
    ],
)
def test_a_wrong_name_is_found(text: str, problem: str | None) -> None:
    on_page = list(problems_in(names_on(text), beside=""))
    in_module = list(problems_in(names_in(f'"""Look into {text}."""\n'), beside=""))
    assert on_page == in_module == ([] if problem is None else [problem])


def test_a_path_that_may_be_several_is_found() -> None:
    [problem] = problems_in(names_on("`stage.py`"), beside="")
    assert problem.startswith("stage.py may be any of ")
    assert (
        list(problems_in(names_on("`stage.py`"), beside="services/reranker/ragline_reranker/"))
        == []
    )


@pytest.mark.parametrize(
    ("link", "problems"),
    [
        ("[a](https://example.org/a.md)", []),
        ("[a](docs/operate.md)", []),
        ("[a](docs/topics.md#topics)", []),
        ("# It's *so*, `here`\n\n[a](#its-so-here)", []),
        ("[a](docs/nowhere.md)", ["there is no docs/nowhere.md"]),
        ("![a](docs/nowhere.png)", ["there is no docs/nowhere.png"]),
        ("[a](docs/topics.md#nothing)", ["docs/topics.md has no heading #nothing"]),
    ],
)
def test_a_broken_link_is_found(tmp_path: Path, link: str, problems: list[str]) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/operate.md").touch()
    (tmp_path / "docs/topics.md").write_text("# Topics\n")
    (tmp_path / "page.md").write_text(link)
    assert list(broken_links(link, beside=tmp_path, own_name="page.md")) == problems


def test_a_comment_is_read_like_a_docstring() -> None:
    assert list(names_in("x = 1  # see messaging/outbox.py\n")) == ["messaging/outbox.py"]
