"""Documents as resources: listed and read by whoever may read them."""

from __future__ import annotations

import pytest
from mcp.shared.exceptions import MCPError
from tests.unit.gateway.mcp.agents import Library, make_gateway, sdk_client


async def held() -> Library:
    library = Library()
    await library.hold("open/a b.md", "Ask at the desk.")
    await library.hold("staff.md", "It is open at noon.", access=("staff",))
    return library


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_a_caller_sees_and_reads_what_its_groups_may(mode: str) -> None:
    gateway = make_gateway(library=await held())

    async with sdk_client(gateway, "asker", mode=mode) as client:
        seen = {str(each.uri) for each in (await client.list_resources()).resources}
        (template,) = (await client.list_resource_templates()).resource_templates
        read = await client.read_resource("ragline://documents/open/a%20b.md")
        with pytest.raises(MCPError) as hidden:
            await client.read_resource("ragline://documents/staff.md")
    async with sdk_client(gateway, "staff", mode=mode) as client:
        all_ = {str(each.uri) for each in (await client.list_resources()).resources}

    assert seen == {"ragline://documents/open/a%20b.md"}
    assert all_ == seen | {"ragline://documents/staff.md"}
    assert template.uri_template == "ragline://documents/{+document_id}"
    (content,) = read.contents
    assert content.text == "# Badges\n\n## Badges > New\n\nAsk at the desk."  # type: ignore[union-attr]
    assert hidden.value.data["code"] == "no-such-document"


@pytest.mark.parametrize(
    ("uri", "code"),
    [
        ("file:///etc/passwd", "no-such-resource"),
        ("ragline://documents/none.md", "no-such-document"),
        ("ragline://documents/a%0Ab", "invalid-request"),
    ],
)
async def test_what_is_no_document_is_the_apis_problem(uri: str, code: str) -> None:
    async with sdk_client(make_gateway()) as client:
        with pytest.raises(MCPError) as refused:
            await client.read_resource(uri)

    assert refused.value.data["code"] == code


async def test_who_may_not_ask_sees_no_resources() -> None:
    async with sdk_client(make_gateway(library=await held()), "setter") as client:
        with pytest.raises(MCPError) as refused:
            await client.list_resources()

    assert refused.value.data["code"] == "missing-scope"
