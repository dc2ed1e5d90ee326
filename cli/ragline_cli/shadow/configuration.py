"""The second configuration: the environment's settings with some of them changed."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dotenv import dotenv_values
from pydantic import ValidationError

from ragline.contracts.topics import Service
from ragline.errors import Misconfigured
from ragline.settings import ServiceSettings, problems
from ragline_cli.generated.settings_table import Setting, load_settings, merge
from ragline_evaluation.shadow.figures import OtherSetting

PLANS = "RAGLINE_CLASSIFIER__PLANS_FILE"
COLLECTION = "RAGLINE_VECTOR_STORE__COLLECTION"
MODEL = "RAGLINE_LLM__MODEL"

_CACHE_TENANTS = "RAGLINE_GENERATOR__CACHE_TENANTS"
# A shadow neither reads cached answers nor stores any
_ALWAYS = {_CACHE_TENANTS: "[]"}
# Settings of the services around the stages, which a shadow does not have
_AROUND = frozenset({"kafka", "redis", "http", "log", "admission"})
_SECRET = "(secret)"  # noqa: S105  # shown instead of a secret


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondConfiguration:
    """`environment` configures the stages; `settings` are those that differ, for the report."""

    environment: Mapping[str, str]
    settings: Sequence[OtherSetting]


def second_configuration(
    stated: Mapping[str, str], *, addresses: Mapping[str, str], given: Mapping[str, str]
) -> SecondConfiguration:
    """Return the stack's addresses and the environment, overridden by `stated`.

    Args:
        stated: names and values of settings.
        addresses: settings with the running stack's addresses; empty if the environment has them.
        given: the environment.

    Raises:
        Misconfigured: a name is not a setting of a query stage, or a value cannot work.
    """
    known = _settings()
    _refuse_unknown(stated, known)
    otherwise = {**given, **addresses}
    changed = {name: value for name, value in stated.items() if otherwise.get(name) != value}
    environment = {**addresses, **stated, **_ALWAYS}
    with applied(environment):
        _check(stated)
    return SecondConfiguration(
        environment=environment,
        settings=[_shown(known[name], value, otherwise) for name, value in changed.items()],
    )


def stated_settings(
    pairs: Iterable[str], env_file: Path | None, options: Mapping[str, str | None]
) -> dict[str, str]:
    """Return the settings stated by `--set NAME=VALUE`, a file of such lines and other options.

    The command line overrides the file. Names become upper case.

    Raises:
        Misconfigured: a pair without `=`, or a setting stated twice on the command line.
    """
    line: dict[str, str] = {name: value for name, value in options.items() if value is not None}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        name = name.strip().upper()
        if not equals or not name:
            raise Misconfigured(f"--set {pair}: write NAME=VALUE")
        if line.setdefault(name, value) != value:
            raise Misconfigured(f"{name} is stated twice, with different values")
    return {**(_read(env_file) if env_file else {}), **line}


@contextmanager
def applied(environment: Mapping[str, str]) -> Iterator[None]:
    """Put settings into this process's environment while the block runs."""
    before = {name: os.environ.get(name) for name in environment}
    os.environ.update(environment)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _read(path: Path) -> dict[str, str]:
    try:
        found = dotenv_values(path, interpolate=False)
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured(f"{path} cannot be read: {error}") from error
    if empty := [name for name, value in found.items() if value is None]:
        raise Misconfigured(f"{path}: {empty[0]} has no value; write NAME=VALUE")
    return {name.upper(): value for name, value in found.items() if value is not None}


def _stages() -> dict[Service, type[ServiceSettings]]:
    return {
        service: cls for service, cls in load_settings().items() if service is not Service.INGESTOR
    }


def _settings() -> dict[str, Setting]:
    return {each.env: each for each in merge(_stages()) if each.group not in _AROUND}


def _refuse_unknown(stated: Mapping[str, str], known: Mapping[str, Setting]) -> None:
    if _CACHE_TENANTS in stated:
        raise Misconfigured(f"{_CACHE_TENANTS} cannot be set: a shadow uses no cached answers")
    if unknown := [name for name in stated if name not in known]:
        raise Misconfigured(
            f"a shadow cannot change these settings: {', '.join(unknown)}; docs/settings.md lists "
            "the settings, and those of the query stages outside of "
            f"{', '.join(sorted(_AROUND))} can be changed"
        )


def _check(stated: Mapping[str, str]) -> None:
    """Validate the settings by reading them as the stages will: from the environment."""
    for cls in _stages().values():
        try:
            found = cls()
        except ValidationError as error:
            raise Misconfigured(problems(error)[0]) from error
        llm = getattr(found, "llm", None)
        if llm is not None and MODEL in stated and not llm.configured:
            raise Misconfigured(
                f"{MODEL} changes nothing without a language model: set RAGLINE_LLM__BASE_URL or "
                "RAGLINE_LLM__API_KEY, as for the services"
            )


def _shown(setting: Setting, value: str, otherwise: Mapping[str, str]) -> OtherSetting:
    before = otherwise.get(setting.env, setting.default)
    if setting.secret:
        return OtherSetting(name=setting.env, shadow=_SECRET, otherwise=_SECRET)
    return OtherSetting(name=setting.env, shadow=value, otherwise=before)
