"""libjpeg-turbo as Pillow brings it, asked for the one thing that Pillow itself does not offer.

The coefficients of a JPEG are read and coded anew: nothing is rounded, and nothing that stood
beside or between them is taken along. The layout of its structures has been the same since version
6b of 1998, and the library compares their sizes with its own; few fields of them are touched here.
Where it cannot go on it ends the process: `jpeg_tables`, and the check of every coefficient here,
see to it that it is not asked then.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from types import SimpleNamespace

from PIL import _imaging

from sekisho.disarm.work import Stopped

_LIBRARY_VERSION = 62
_READER_BYTES, _WRITER_BYTES, _ERRORS_BYTES, _COMPONENT_BYTES = 632, 520, 168, 96
_ERROR_EXIT, _OUTPUT_MESSAGE = 0, 16
_MEMORY, _COMPONENTS, _COMPONENT_ROWS, _OPTIMIZE = 8, 56, 304, 264
_COMPONENT_SIZE, _ACCESS_BLOCKS = 28, 64
"""Where a field stands in its structure (jpeglib.h of version 6b, 64 bits)."""

_BLOCK_BYTES = 128
_HIGH = 1 if sys.byteorder == "little" else 0
_SURELY_WITHIN = bytes((0, 1, 2, 3, 0xFD, 0xFE, 0xFF))
"""High bytes of -768 to 1023: nearly all rows have no others."""

_DC_LEAST, _AC_LEAST, _MOST = -1024, -1023, 1023
"""What samples of eight bits can have, and what the codes for it can say (T.81, F.1.2)."""

_Pointer = ctypes.c_void_p
_Callback = ctypes.CFUNCTYPE(None, _Pointer)
_Access = ctypes.CFUNCTYPE(_Pointer, _Pointer, _Pointer, ctypes.c_uint, ctypes.c_uint, ctypes.c_int)
_SIGNATURES: dict[str, tuple[type | None, tuple[type, ...]]] = {
    "jpeg_std_error": (_Pointer, (_Pointer,)),
    "jpeg_CreateDecompress": (None, (_Pointer, ctypes.c_int, ctypes.c_size_t)),
    "jpeg_CreateCompress": (None, (_Pointer, ctypes.c_int, ctypes.c_size_t)),
    "jpeg_mem_src": (None, (_Pointer, ctypes.c_char_p, ctypes.c_ulong)),
    "jpeg_read_header": (ctypes.c_int, (_Pointer, ctypes.c_int)),
    "jpeg_read_coefficients": (_Pointer, (_Pointer,)),
    "jpeg_copy_critical_parameters": (None, (_Pointer, _Pointer)),
    "jpeg_simple_progression": (None, (_Pointer,)),
    "jpeg_mem_dest": (None, (_Pointer, _Pointer, _Pointer)),
    "jpeg_write_coefficients": (None, (_Pointer, _Pointer)),
    "jpeg_finish_compress": (None, (_Pointer,)),
    "jpeg_destroy": (None, (_Pointer,)),
}


def _end(_: object) -> None:
    os.abort()  # it must not return, and no other way leads out of the library


_END, _SILENT = _Callback(_end), _Callback(lambda _: None)


@cache
def library() -> SimpleNamespace:
    """The functions. Raises ImportError where Pillow has no libjpeg of this layout beside it."""
    if ctypes.sizeof(_Pointer) != 8 or ctypes.sizeof(ctypes.c_ulong) != 8:
        raise ImportError("libjpeg: layout known for 64 bits of Linux alone")
    if _imaging.jpeglib_version != "6.2":
        raise ImportError(f"libjpeg {_imaging.jpeglib_version}: another layout")
    # What a module is linked to is found through the module.
    whole = ctypes.CDLL(_imaging.__file__)
    found = {"free": ctypes.CDLL(None).free}
    found["free"].argtypes = (_Pointer,)
    for name, (result, arguments) in _SIGNATURES.items():
        try:
            found[name] = getattr(whole, name)
        except AttributeError as missing:
            raise ImportError(f"libjpeg: {missing}") from missing
        found[name].restype, found[name].argtypes = result, arguments
    return SimpleNamespace(**found)


def coded_anew(content: bytes, *, is_progressive: bool) -> Iterator[bytes]:
    """The same coefficients as a JPEG without marks: by the usual Huffman codes first (which a
    progressive one cannot have), then by the best. Stop when one is small enough.

    `content` must have come through `require_codable`. Raises Stopped SKS-D300 for coefficients
    that no samples have.
    """
    with _structure("jpeg_CreateDecompress", _READER_BYTES) as reader:
        library().jpeg_mem_src(reader, content, len(content))
        library().jpeg_read_header(reader, 1)
        arrays = library().jpeg_read_coefficients(reader)
        for array, rows, across in _components(reader, arrays):
            _require_within(reader, array, rows, across)
        for is_best in (True,) if is_progressive else (False, True):
            yield _written(reader, arrays, is_progressive=is_progressive, is_best=is_best)


@contextmanager
def _structure(create: str, size: int) -> Iterator[ctypes.Array[ctypes.c_char]]:
    errors = ctypes.create_string_buffer(_ERRORS_BYTES)
    structure = ctypes.create_string_buffer(size)
    _set(structure, 0, library().jpeg_std_error(errors))
    _set(errors, _ERROR_EXIT, ctypes.cast(_END, _Pointer).value)
    _set(errors, _OUTPUT_MESSAGE, ctypes.cast(_SILENT, _Pointer).value)
    getattr(library(), create)(structure, _LIBRARY_VERSION, size)
    try:
        yield structure
    finally:
        library().jpeg_destroy(structure)


def _set(structure: ctypes.Array[ctypes.c_char], at: int, address: int | None) -> None:
    struct.pack_into("=Q", structure, at, address or 0)


def _components(reader: ctypes.Array[ctypes.c_char], arrays: int) -> Iterator[tuple[int, int, int]]:
    """The array of each component, its rows of blocks, and the blocks in one."""
    (count,) = struct.unpack_from("=i", reader, _COMPONENTS)
    (first,) = struct.unpack_from("=Q", reader, _COMPONENT_ROWS)
    pointers = ctypes.string_at(arrays, 8 * count)
    for number, (array,) in enumerate(struct.iter_unpack("=Q", pointers)):
        row = ctypes.string_at(first + number * _COMPONENT_BYTES, _COMPONENT_BYTES)
        across, rows = struct.unpack_from("=II", row, _COMPONENT_SIZE)
        yield array, rows, across


def _require_within(
    reader: ctypes.Array[ctypes.c_char], array: int, rows: int, across: int
) -> None:
    (memory,) = struct.unpack_from("=Q", reader, _MEMORY)
    (address,) = struct.unpack("=Q", ctypes.string_at(memory + _ACCESS_BLOCKS, 8))
    access = _Access(address)
    for number in range(rows):
        place = access(ctypes.addressof(reader), array, number, 1, 0)
        row = ctypes.string_at(_Pointer.from_address(place).value or 0, across * _BLOCK_BYTES)
        if row[_HIGH::2].translate(None, _SURELY_WITHIN) and not _is_within(row):
            raise Stopped("SKS-D300")


def _is_within(row: bytes) -> bool:
    values = memoryview(row).cast("h")
    if max(values) > _MOST or min(values) < _DC_LEAST:
        return False
    return min(min(values[at::64]) for at in range(1, 64)) >= _AC_LEAST


def _written(
    reader: ctypes.Array[ctypes.c_char], arrays: int, *, is_progressive: bool, is_best: bool
) -> bytes:
    place, size = _Pointer(), ctypes.c_ulong()
    with _structure("jpeg_CreateCompress", _WRITER_BYTES) as writer:
        library().jpeg_copy_critical_parameters(reader, writer)
        struct.pack_into("=i", writer, _OPTIMIZE, is_best)
        if is_progressive:
            library().jpeg_simple_progression(writer)
        library().jpeg_mem_dest(writer, ctypes.byref(place), ctypes.byref(size))
        try:
            library().jpeg_write_coefficients(writer, arrays)
            library().jpeg_finish_compress(writer)
            return ctypes.string_at(place, size.value)
        finally:
            library().free(place)
