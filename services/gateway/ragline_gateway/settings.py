"""Settings of the gateway: `RAGLINE_GATEWAY__<NAME>`."""

from __future__ import annotations

from pydantic import Field

from ragline.settings import (
    Group,
    Port,
    PositiveFloat,
    PositiveInt,
    ServiceSettings,
    VectorStoreSettings,
)


class GatewayGroup(Group):
    """The HTTP API. It does not start unless API keys, JWKS or an anonymous tenant are set."""

    host: str = Field(
        "127.0.0.1",
        description="address to listen on; `*` is every one, of IPv4 and IPv6, as in a container",
    )
    port: Port = Field(8_080, description="of the API and the console; 0 picks a free port")
    keys_file: str | None = Field(
        None, description="TOML with the API keys' hashes (`ragline keys create` makes entries)"
    )
    anonymous_tenant: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9_-]{1,64}$",
        description="who comes without credentials may do everything in this tenant, or in the one "
        "that the header `Ragline-Tenant` names; for a machine of one's own only",
    )
    allowed_hosts: tuple[str, ...] = Field(
        (),
        description="JSON list of host names by which callers without credentials may call, "
        "besides `localhost` and the address that is listened on",
    )
    jwks_url: str | None = Field(
        None, description="where the keys of an issuer of JWTs are; JWTs are refused when empty"
    )
    jwks_refresh_s: PositiveFloat = Field(
        300.0, description="age at which its keys are fetched again; also for an unknown key id"
    )
    jwks_max_age_s: PositiveFloat = Field(
        3_600.0, description="age up to which keys are valid if they cannot be fetched again"
    )
    jwt_issuer: str | None = Field(None, description="the `iss` that a JWT must have")
    jwt_audience: str | None = Field(None, description="the `aud` that a JWT must have")
    jwt_tenant_claim: str = Field("tenant", description="the claim that names the tenant")
    jwt_groups_claim: str = Field("groups", description="the claim that lists the groups")
    jwt_scope_claim: str = Field("scope", description="the claim with `ask write access operate`")
    requests_per_minute: PositiveInt = Field(
        600,
        description="of one key or subject, unless its key states another limit; each file of an "
        "upload and each rating counts as one",
    )
    max_body_bytes: PositiveInt = Field(8_000_000, description="of one request; uploads included")
    header_timeout_s: PositiveFloat = Field(
        10.0, description="within which the headers of a request must arrive"
    )
    body_timeout_s: PositiveFloat = Field(
        120.0, description="within which the body of a request must arrive"
    )
    cors_origins: tuple[str, ...] = Field((), description="browsers' origins that may call the API")
    default_deadline_s: PositiveFloat = Field(
        60.0, description="for questions that state no deadline"
    )
    max_deadline_s: PositiveFloat = Field(600.0, description="the longest that may be stated")
    max_wait_s: PositiveFloat = Field(60.0, description="the longest `Prefer: wait` that is obeyed")
    max_streams: PositiveInt = Field(15_000, description="open event streams of one replica")
    ping_s: PositiveFloat = Field(
        15.0, description="between keep-alive comments on a silent stream"
    )


class Settings(ServiceSettings):
    """Everything that the gateway reads from the environment."""

    gateway: GatewayGroup = GatewayGroup()
    vector_store: VectorStoreSettings = VectorStoreSettings()
