"""The files that the zygote works on before its children are there."""

from __future__ import annotations

import io

import pytest

from sekisho.disarm import handlers
from sekisho.disarm.engine import disarm, kind_of
from sekisho.disarm.profile import STANDARD
from sekisho.disarm.sandbox.rehearsal import samples
from sekisho.disarm.work import Source

EXTENSIONS = {"txt": "text"}


@pytest.mark.parametrize("name", samples())
def test_each_is_of_its_kind_and_comes_through(name: str) -> None:
    source = Source(memoryview(samples()[name]), name)
    extension = name.rpartition(".")[2]
    assert kind_of(source) == EXTENSIONS.get(extension, extension)
    if handlers.handler(kind_of(source)) is not None:
        said = disarm(source, io.BytesIO(), STANDARD)
        assert said.stopped is None, said.stopped
