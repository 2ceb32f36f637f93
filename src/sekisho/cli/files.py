"""Files that a command reads and writes: cards, drafts, packages. None of them is a secret."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import click

from sekisho.kernel.errors import InvalidInput, Refused, Unavailable
from sekisho.kernel.limits import DOCUMENT_BYTES_MAX

FILE = click.Path(dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)
ENVELOPE_BYTES_MAX = 2 * DOCUMENT_BYTES_MAX


def read(path: Path, bytes_max: int = ENVELOPE_BYTES_MAX) -> bytes:
    """The whole file. Raises Unavailable SKS-C021 or InvalidInput SKS-C023 (too large)."""
    try:
        with path.open("rb") as file:
            data = file.read(bytes_max + 1)
    except OSError as error:
        raise Unavailable("SKS-C021", file=str(path), reason=error.strerror) from None
    if len(data) > bytes_max:
        raise InvalidInput("SKS-C023", file=str(path), allowed=bytes_max)
    return data


def make_folder(path: Path) -> None:
    """The folder, made for its owner alone when it is not there. Raises Unavailable SKS-C024."""
    try:
        path.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise Unavailable("SKS-C024", file=str(path), reason=error.strerror) from None


def write_new(path: Path, data: bytes) -> None:
    """Write a file that does not exist yet. Raises Refused SKS-C022, Unavailable SKS-C024."""
    try:
        with path.open("xb") as file:
            file.write(data)
    except FileExistsError:
        raise Refused("SKS-C022", file=str(path)) from None
    except OSError as error:
        path.unlink(missing_ok=True)
        raise Unavailable("SKS-C024", file=str(path), reason=error.strerror) from None


def write_all(folder: Path, contents: Mapping[str, bytes]) -> list[str]:
    """Write these new files into a folder, which is made; their paths. Raises as `write_new`."""
    make_folder(folder)
    for name, data in contents.items():
        write_new(folder / name, data)
    return [str(folder / name) for name in contents]


@contextmanager
def open_new(path: Path) -> Iterator[BinaryIO]:
    """A file that does not exist yet, to be written piece by piece; gone again if that fails.

    Raises Refused SKS-C022, Unavailable SKS-C024.
    """
    try:
        file = path.open("xb")
    except FileExistsError:
        raise Refused("SKS-C022", file=str(path)) from None
    except OSError as error:
        raise Unavailable("SKS-C024", file=str(path), reason=error.strerror) from None
    try:
        with file:
            yield file
    except OSError as error:
        path.unlink(missing_ok=True)
        raise Unavailable("SKS-C024", file=str(path), reason=error.strerror) from None
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def replace(path: Path, data: bytes) -> None:
    """Write the file, new or not; at every moment the old or the new stands there whole.

    Raises Unavailable SKS-C024.
    """
    beside = path.with_name(f".{path.name}.new")
    try:
        beside.write_bytes(data)
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise Unavailable("SKS-C024", file=str(path), reason=error.strerror) from None
