"""Every limit of the disarm engine, in one place. Reaching one stops the file, with a code."""

from __future__ import annotations

from sekisho.kernel.limits import KIB, MIB

INPUT_BYTES_MAX = 512 * MIB
"""One file as it is handed in. It lies in memory while it is worked on, never on a disk."""

OUTPUT_BYTES_MAX = 1024 * MIB
"""All that is written for one file, members of archives included."""

TEXT_BYTES_MAX = 256 * MIB
"""One file of text: its characters take up to four times as much."""

MARKUP_BYTES_MAX = 64 * MIB
"""One file of JSON, XML or HTML: its tree takes some ten times as much."""

EXPANDED_BYTES_MAX = 2048 * MIB
"""All that is unpacked from one file, over every depth."""

EXPANDED_RATIO_MAX = 200
"""Unpacked bytes for each packed byte of one file, beyond `RATIO_FREE_BYTES`."""

RATIO_FREE_BYTES = 64 * MIB

MEMBER_BYTES_MAX = 256 * MIB
"""One member of an archive, one part of a document, one stream of a PDF, unpacked."""

MEMBERS_MAX = 20_000
"""Members of all archives and parts of all documents in one file."""

DEPTH_MAX = 6
"""Files in files: an archive in a mail in an archive has depth 2."""

PIXELS_MAX = 120_000_000
"""One picture, all frames together."""

FRAMES_MAX = 500
XML_DEPTH_MAX = 256
HTML_DEPTH_MAX = 512
XML_NODES_MAX = 30_000_000
PAGES_MAX = 10_000

CPU_SECONDS_MAX = 120
"""Processor time of the child that works on one file."""

WALL_SECONDS_MAX = 300
MEMORY_BYTES_MAX = 3 * 1024 * MIB
"""Address space of the child."""

ENTRIES_MAX = 400
"""Rows of one report; what is beyond is counted."""

WHERE_CHARS_MAX = 200
SAMPLES_MAX = 5
"""Masked samples kept for one kind of finding."""

REPORT_BYTES_MAX = 256 * KIB

CHILD_FILES_MAX = 32
"""Descriptors of a child; it is handed three and opens none."""

ANSWER_BYTES_MAX = 192 * KIB
"""What a child says of its file: less than a report, which names the tools and both contents."""

DETAIL_CHARS_MAX = 400
FAULT_CHARS_MAX = 160
JOB_BYTES_MAX = 64 * KIB
PASSWORD_BYTES_MAX = 1_024

START_SECONDS_MAX = 60
"""Until the process that forks the children has loaded everything."""

END_SECONDS_MAX = 10
"""Until a process that was killed is gone."""

START_TRIES_MAX = 3
CHILDREN_MAX = 64
