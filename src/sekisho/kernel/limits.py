"""Every limit of a size, count or depth that input from outside may reach, in one place.

Limits of one format only stand beside its parser; those that several parts share stand here.
"""

KIB = 1024
MIB = 1024 * KIB
GIB = 1024 * MIB

DOCUMENT_BYTES_MAX = 4 * MIB
"""A signed JSON document (manifest, directory, batch of keys)."""

DOCUMENT_DEPTH_MAX = 16
DOCUMENT_ITEMS_MAX = 200_000
TEXT_CHARS_MAX = 4_000
SIGNATURES_MAX = 32

FILE_NAME_BYTES_MAX = 255
"""One name in a folder, UTF-8; the limit of ext4, XFS, and (in UTF-16 units) NTFS."""

PATH_BYTES_MAX = 4_096
TRANSFER_FILES_MAX = 10_000
FILE_BYTES_MAX = 1024 * GIB
