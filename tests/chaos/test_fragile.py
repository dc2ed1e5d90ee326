"""The service that dies of some records is composed as the service itself."""

from __future__ import annotations

import importlib
import inspect

import pytest

from ragline.contracts.topics import STAGES, Service

from .entries.fragile import fragile


@pytest.mark.parametrize("service", STAGES)
def test_it_is_given_what_the_service_is_given(service: Service) -> None:
    spec = importlib.import_module(f"ragline_{service.value}.app").SPEC
    given = ["settings", "metrics", *(["indexes"] if spec.follows_indexes else [])]
    for compose in (spec.compose, fragile(spec).compose):
        inspect.signature(compose).bind(**dict.fromkeys(given))
