"""PDFium, the same on every machine: it is told of no fonts but those it brings along.

Otherwise a page with a font that is not embedded would be drawn by whatever is installed there, and
a child that is locked down would draw it in another way than one that is not.
"""

from __future__ import annotations

import pypdfium2

_NO_FONTS = pypdfium2.raw.FPDF_SYSFONTINFO(version=1)
"""Lives as long as the library. A call that is not there finds nothing."""

pypdfium2.raw.FPDF_SetSystemFontInfo(_NO_FONTS)

PdfDocument = pypdfium2.PdfDocument
PdfiumError = pypdfium2.PdfiumError
PICTURE_OBJECT = pypdfium2.raw.FPDF_PAGEOBJ_IMAGE
