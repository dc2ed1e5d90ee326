"""The second configuration: the environment's settings with some of them changed."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

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
_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondConfiguration:
    """`environment` configures the stages; `settings` are those that differ, for the report."""

    environment: Mapping[str, str]
    settings: Sequence[OtherSetting]


def second_configuration(
    stated: Mapping[str, str],
    *,
    addresses: Mapping[str, str],
    given: Mapping[str, str],
    index: Mapping[str, str] = _NOTHING,
    live: Mapping[str, str] = _NOTHING,
) -> SecondConfiguration:
    """Return the stack's addresses and the environment, overridden by an index and by `stated`.

    Args:
        stated: names and values of settings.
        addresses: settings with the running stack's addresses; empty if the environment has them.
        given: the environment.
        index: settings in which the index to search differs from the services'.
        live: those in which the live index does.

    Raises:
        Misconfigured: a name is not a setting of a query stage, or a value cannot work.
    """
    _refuse_unknown(stated)
    environment = {**addresses, **index, **stated, **_ALWAYS}
    with applied(environment):
        _check(stated)
    otherwise = {**given, **addresses, **live}
    shadow = {**given, **environment}
    changed = [
        name for name in {**live, **index, **stated} if shadow.get(name) != otherwise.get(name)
    ]
    every = _by_name(load_settings())
    return SecondConfiguration(
        environment=environment,
        settings=[_shown(every[name], shadow, otherwise) for name in changed if name in every],
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


def _by_name(classes: Mapping[Service, type[ServiceSettings]]) -> dict[str, Setting]:
    return {each.env: each for each in merge(classes)}


def _refuse_unknown(stated: Mapping[str, str]) -> None:
    if _CACHE_TENANTS in stated:
        raise Misconfigured(f"{_CACHE_TENANTS} cannot be set: a shadow uses no cached answers")
    known = {name for name, each in _by_name(_stages()).items() if each.group not in _AROUND}
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


def _shown(
    setting: Setting, shadow: Mapping[str, str], otherwise: Mapping[str, str]
) -> OtherSetting:
    if setting.secret:
        return OtherSetting(name=setting.env, shadow=_SECRET, otherwise=_SECRET)
    values = [found.get(setting.env, setting.default) for found in (shadow, otherwise)]
    return OtherSetting(name=setting.env, shadow=values[0], otherwise=values[1])
