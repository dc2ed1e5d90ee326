"""The images as `make images` has built them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from .image_builder import IMAGES, TRACED, Image, ImageBuilder, default_folder


@pytest.fixture(scope="session")
def images() -> Iterator[Mapping[str, Image]]:
    """Every image by its name."""
    builder = ImageBuilder(default_folder())
    try:
        yield {name: builder.image(name) for name in (*IMAGES, TRACED)}
    finally:
        builder.close()


@pytest.fixture(params=IMAGES)
def image(request: pytest.FixtureRequest, images: Mapping[str, Image]) -> Image:
    """Each image in turn."""
    return images[request.param]
