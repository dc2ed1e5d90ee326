"""The stack that a command uses: the one that the settings name, else the running one."""

from __future__ import annotations

import os
from collections.abc import Mapping

from pydantic import SecretStr, ValidationError

from ragline.errors import Misconfigured
from ragline.settings import EnvironmentSettings, KafkaSettings, RedisSettings, problems
from ragline_cli.errors import StackNotRunning
from ragline_cli.stack.addresses import names_a_cluster
from ragline_cli.stack.places import state_folder
from ragline_cli.stack.state import StackState, read_state

DEFAULT_NAME = "default"


class ClientSettings(EnvironmentSettings):
    """The settings of a client."""

    kafka: KafkaSettings = KafkaSettings()
    redis: RedisSettings = RedisSettings()


def read_settings() -> ClientSettings:
    """Return what the environment says.

    Raises:
        Misconfigured: that cannot be used; says which variables to change.
    """
    try:
        return ClientSettings()
    except ValidationError as error:
        found = "; ".join(problems(error))
        raise Misconfigured(f"these settings cannot be used: {found}") from error


def client_settings(
    name: str = DEFAULT_NAME, environment: Mapping[str, str] = os.environ
) -> ClientSettings:
    """Return how to reach the cluster that the environment names, else the running stack `name`.

    Raises:
        StackNotRunning: the environment names no cluster, and no stack is running here.
        Misconfigured: the environment's settings cannot be used.
    """
    settings = read_settings()
    if names_a_cluster(environment):
        return settings
    state = read_state(state_folder(name, environment))
    if state is None:
        raise StackNotRunning(
            "no stack is running: start one with `ragline up`, or set "
            "RAGLINE_KAFKA__BOOTSTRAP_SERVERS to use your own"
        )
    return settings_of(state, settings)


def stack_environment(
    name: str = DEFAULT_NAME, environment: Mapping[str, str] = os.environ
) -> dict[str, str]:
    """Return settings with the addresses of the running stack `name`, for services.

    Empty if the environment names a cluster, or if no stack is running here.
    """
    state = None if names_a_cluster(environment) else read_state(state_folder(name, environment))
    return state.addresses.environment() if state else {}


def settings_of(state: StackState, settings: ClientSettings | None = None) -> ClientSettings:
    """Return `settings` (the environment's by default) with the addresses of a running stack."""
    settings = settings or read_settings()
    kafka, redis = state.addresses.kafka, state.addresses.redis
    return settings.model_copy(
        update={
            "kafka": settings.kafka.model_copy(update=kafka.model_dump()),
            "redis": settings.redis.model_copy(update={"url": SecretStr(redis.url)}),
        }
    )
