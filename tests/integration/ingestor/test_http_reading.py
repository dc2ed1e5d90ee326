"""HTTP sources on loopback: redirects, addresses, sizes and status codes."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from ragline.errors import InvalidDocument, RaglineError, RateLimited, Unavailable
from ragline_ingestor.document import Content
from ragline_ingestor.http_reader import open_http_reader
from ragline_ingestor.uri_rules import UriRules

MAX_BYTES = 1_000


async def _page(_: web.Request) -> web.Response:
    return web.Response(body=b"<p>page", headers={"Content-Type": "text/html; charset=cp1252"})


async def _raw(_: web.Request) -> web.Response:
    return web.Response(text="# raw")


async def _redirect(request: web.Request) -> web.Response:
    return web.Response(status=302, headers={"Location": request.query["to"]})


async def _status(request: web.Request) -> web.Response:
    return web.Response(status=int(request.match_info["code"]), headers={"Retry-After": "7"})


async def _endless(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)  # without a length: only counting bytes stops it
    for _ in range(100):
        await response.write(b"x" * 100)
    return response


async def _bomb(_: web.Request) -> web.Response:
    response = web.Response(body=b"\0" * 5_000_000)
    response.enable_compression(web.ContentCoding.gzip)
    return response


@pytest.fixture
async def port() -> AsyncIterator[int]:
    app = web.Application()
    app.router.add_get("/page", _page)
    app.router.add_get("/raw.md", _raw)
    app.router.add_get("/redirect", _redirect)
    app.router.add_get("/status/{code}", _status)
    app.router.add_get("/endless", _endless)
    app.router.add_get("/bomb", _bomb)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield runner.addresses[0][1]
    await runner.cleanup()


async def _read(
    uri: str, port: int, *, allowed: tuple[str, ...] = (), private: tuple[str, ...] = ("localhost",)
) -> Content:
    rules = UriRules(allowed=allowed or (f"http://localhost:{port}/",), private_hosts=private)
    async with open_http_reader(rules, max_bytes=MAX_BYTES) as read:
        return await read(uri)


async def _error(uri: str, port: int, **options: tuple[str, ...]) -> str:
    with pytest.raises(RaglineError) as caught:
        await _read(uri, port, **options)
    return caught.value.code


async def test_a_page_comes_with_its_media_type_and_charset(port: int) -> None:
    content = await _read(f"http://localhost:{port}/page", port)
    assert content == Content(data=b"<p>page", media_type="text/html", charset="cp1252")


async def test_text_plain_says_nothing_about_the_format(port: int) -> None:
    assert (await _read(f"http://localhost:{port}/raw.md", port)).media_type is None


async def test_redirects_are_followed_within_the_rules(port: int) -> None:
    uri = f"http://localhost:{port}/redirect?to=/page"
    assert (await _read(uri, port)).data == b"<p>page"


@pytest.mark.parametrize(
    "target",
    [
        "http://169.254.169.254/latest/meta-data",
        "http://127.0.0.1:{port}/page",
        "file:///etc/passwd",
    ],
)
async def test_a_redirect_out_of_the_rules_is_forbidden(port: int, target: str) -> None:
    uri = f"http://localhost:{port}/redirect?to={target.format(port=port)}"
    assert await _error(uri, port) == "forbidden_uri"


async def test_a_redirect_to_another_scheme_is_forbidden_even_where_it_is_allowed(
    port: int,
) -> None:
    allowed = (f"http://localhost:{port}/", "file:///etc/")
    uri = f"http://localhost:{port}/redirect?to=file:///etc/passwd"
    assert await _error(uri, port, allowed=allowed) == "forbidden_uri"


async def test_redirect_loops_end(port: int) -> None:
    assert await _error(f"http://localhost:{port}/redirect?to=", port) == "fetch_failed"


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
async def test_private_addresses_are_refused_by_name_and_by_number(port: int, host: str) -> None:
    uri = f"http://{host}:{port}/page"
    allowed = (f"http://{host}:{port}/",)
    assert await _error(uri, port, allowed=allowed, private=()) == "forbidden_uri"


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "0177.0.0.1"])
async def test_disguised_loopback_addresses_are_refused(port: int, host: str) -> None:
    allowed = (f"http://{host}:{port}/",)
    code = await _error(f"http://{host}:{port}/page", port, allowed=allowed, private=())
    assert code in {"forbidden_uri", "fetch_failed"}


@pytest.mark.parametrize("path", ["endless", "bomb"])
async def test_a_body_over_the_limit_is_cut_off(port: int, path: str) -> None:
    assert await _error(f"http://localhost:{port}/{path}", port) == "too_large"


@pytest.mark.parametrize(
    ("code", "error"),
    [(404, InvalidDocument), (403, InvalidDocument), (204, InvalidDocument), (503, Unavailable)],
)
async def test_status_codes(port: int, code: int, error: type[RaglineError]) -> None:
    with pytest.raises(error):
        await _read(f"http://localhost:{port}/status/{code}", port)


async def test_retry_after_is_handed_on(port: int) -> None:
    with pytest.raises(RateLimited) as caught:
        await _read(f"http://localhost:{port}/status/429", port)
    assert caught.value.retry_after == 7


async def test_a_server_that_is_down_is_unavailable() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    assert await _error(f"http://localhost:{port}/page", port) == "unavailable"


async def test_the_signature_of_an_address_stays_out_of_the_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unanswered:
        port = unanswered.getsockname()[1]
    with pytest.raises(Unavailable) as caught:
        await _read(f"http://localhost:{port}/a.pdf?X-Amz-Signature=hunter2", port)
    assert f"http://localhost:{port}/a.pdf?[hidden] does not answer" in str(caught.value)
    assert "hunter2" not in str(caught.value)
