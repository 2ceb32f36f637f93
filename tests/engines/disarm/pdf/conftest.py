"""Where the handler for JPEG is missing, one for tests stands in: Pillow, without loss of size."""

from __future__ import annotations

import io
from typing import BinaryIO

import pytest
from PIL import Image

from sekisho.disarm import engine, handlers
from sekisho.disarm.work import Source, Stopped, Work


def _jpeg(source: Source, sink: BinaryIO, work: Work) -> str:
    try:
        with Image.open(io.BytesIO(source.content)) as picture:
            picture.load()
    except (OSError, ValueError, SyntaxError) as error:
        raise Stopped("SKS-D001", type="JPEG", type_en="JPEG") from error
    sink.write(source.content)
    return "jpeg"


@pytest.fixture(autouse=True)
def jpeg_handler(monkeypatch: pytest.MonkeyPatch) -> None:
    if handlers.handler("jpeg") is None:
        real = handlers.handler
        monkeypatch.setattr(engine, "handler", lambda kind: _jpeg if kind == "jpeg" else real(kind))
