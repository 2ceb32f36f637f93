"""Everything that acts, hides or calls out is gone, and the account names it."""

from __future__ import annotations

import pytest
from tests.engines.disarm.pdf import oracle
from tests.engines.disarm.pdf.making import CANARY, TEXT, pdf, stream, updated
from tests.engines.disarm.support import through

from sekisho.disarm.account import Act

JS = b"<</S/JavaScript/JS(app.alert\\('%b'\\))>>" % CANARY
LINK = b"/Annots[<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A %b>>]"
WIDGET = b"<</Type/Annot/Subtype/Widget/Rect[9 9 99 29]/FT/Tx/T(f)/V(value) %b>>"
FORM = b"/AcroForm<</Fields[9 0 R]>>"
FILE = b"<</Type/Filespec/F(a.exe)/EF<</F 8 0 R>>>>"


def font(more: bytes) -> dict[int, bytes]:
    return {5: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica %b>>" % more}


def note(more: bytes) -> dict[str, bytes]:
    return {"page": b"/Annots[<</Type/Annot/Subtype/Text/Rect[0 0 9 9]/Contents(n) %b>>]" % more}


THREATS: dict[str, tuple[bytes, str]] = {
    # what: (document, the name in the account)
    "open action": (pdf(catalog=b"/OpenAction " + JS), "pdf-script"),
    "catalog AA": (pdf(catalog=b"/AA<</WC %b>>" % JS), "pdf-auto-action"),
    "page AA": (pdf(page=b"/AA<</O %b>>" % JS), "pdf-auto-action"),
    "named script": (pdf(catalog=b"/Names<</JavaScript<</Names[(a) %b]>>>>" % JS), "pdf-script"),
    "escaped name": (
        pdf(catalog=b"/OpenAction<</S/J#61vaScript/J#53(%b)>>" % CANARY),
        "pdf-script",
    ),
    "link script": (pdf(page=LINK % JS), "pdf-script"),
    "link then script": (
        pdf(page=LINK % (b"<</S/URI/URI(https://example.jp)/Next %b>>" % JS)),
        "pdf-script",
    ),
    "script in a stream": (
        pdf({8: stream(CANARY, packed=True)}, catalog=b"/OpenAction<</S/JavaScript/JS 8 0 R>>"),
        "pdf-script",
    ),
    "field script": (
        pdf({9: WIDGET % (b"/AA<</K %b>>" % JS)}, catalog=FORM, page=b"/Annots[9 0 R]"),
        "pdf-auto-action",
    ),
    "outline script": (
        pdf(
            {8: b"<</First 9 0 R/Last 9 0 R/Count 1>>", 9: b"<</Title(t)/Parent 8 0 R/A %b>>" % JS},
            catalog=b"/Outlines 8 0 R",
        ),
        "pdf-script",
    ),
    "launch": (pdf(page=LINK % (b"<</S/Launch/F(%b.exe)>>" % CANARY)), "pdf-launch"),
    "launch on Windows": (
        pdf(catalog=b"/OpenAction<</S/Launch/Win<</F(cmd)/P(%b)>>>>" % CANARY),
        "pdf-launch",
    ),
    "remote document": (
        pdf(page=LINK % (b"<</S/GoToR/F(\\\\\\\\%b\\\\share)/D[0/Fit]>>" % CANARY)),
        "pdf-external-reference",
    ),
    "embedded document": (
        pdf(page=LINK % (b"<</S/GoToE/T<</R/C/N(%b)>>>>" % CANARY)),
        "pdf-embedded-file",
    ),
    "file address": (pdf(page=LINK % (b"<</S/URI/URI(file:///%b)>>" % CANARY)), "pdf-link"),
    "script address": (pdf(page=LINK % (b"<</S/URI/URI(javascript:%b)>>" % CANARY)), "pdf-link"),
    "submit": (pdf(page=LINK % (b"<</S/SubmitForm/F(http://%b)>>" % CANARY)), "pdf-submit"),
    "import": (pdf(page=LINK % (b"<</S/ImportData/F(%b)>>" % CANARY)), "pdf-submit"),
    "rendition": (pdf(page=LINK % (b"<</S/Rendition/JS(%b)>>" % CANARY)), "pdf-media"),
    "attachment": (
        pdf(
            {8: stream(CANARY, packed=True)},
            catalog=b"/Names<</EmbeddedFiles<</Names[(a) %b]>>>>" % FILE,
        ),
        "pdf-embedded-file",
    ),
    "associated file": (
        pdf({8: stream(CANARY)}, catalog=b"/AF[%b]" % FILE),
        "pdf-embedded-file",
    ),
    "attached to a page": (
        pdf(
            {8: stream(CANARY)},
            page=b"/Annots[<</Subtype/FileAttachment/Rect[0 0 9 9]/FS %b>>]" % FILE,
        ),
        "pdf-embedded-file",
    ),
    "portfolio": (pdf(catalog=b"/Collection<</D(%b)>>" % CANARY), "pdf-embedded-file"),
    "xfa": (
        pdf({8: stream(b"<xdp>" + CANARY)}, catalog=b"/AcroForm<</Fields[]/XFA 8 0 R>>"),
        "pdf-xfa",
    ),
    "rich media": (
        pdf(
            page=b"/Annots[<</Subtype/RichMedia/Rect[0 0 9 9]/RichMediaContent<</A(%b)>>>>]"
            % CANARY
        ),
        "pdf-media",
    ),
    "film": (
        pdf(page=b"/Annots[<</Subtype/Movie/Rect[0 0 9 9]/Movie<</F(%b)>>>>]" % CANARY),
        "pdf-media",
    ),
    "font matrix": (pdf(font(b"/FontMatrix[1 0 0 1 0 (0\\);%b)]" % CANARY)), "pdf-wrong-value"),
    "glyph font matrix": (
        pdf(
            {
                5: b"<</Type/Font/Subtype/Type3/FontBBox[0 0 9 9]/FontMatrix[1 0 0 1 0(%b)]"
                b"/CharProcs<<>>/Encoding<<>>/FirstChar 0/LastChar 0/Widths[9]>>" % CANARY
            }
        ),
        "pdf-wrong-value",
    ),
    "calculator": (
        pdf(
            {8: stream(b"{ %b exec }" % CANARY, b"/FunctionType 4/Domain[0 1]/Range[0 1]")},
            resources=b"/Shading<</S<</ShadingType 2/ColorSpace/DeviceGray/Coords[0 0 1 1]"
            b"/Function 8 0 R>>>>",
        ),
        "pdf-function",
    ),
    "rich text": (pdf(**note(b"/RC(<body onload='%b'>)" % CANARY)), "pdf-rich-text"),
    "unknown in a comment": (pdf(**note(b"/Evil(%b)" % CANARY)), "pdf-entry"),
    "metadata": (
        pdf(
            {8: stream(b"<x:xmpmeta>" + CANARY, b"/Type/Metadata/Subtype/XML")},
            catalog=b"/Metadata 8 0 R",
        ),
        "pdf-metadata",
    ),
    "private data": (pdf(page=b"/PieceInfo<</A<</Private(%b)>>>>" % CANARY), "pdf-metadata"),
    "author": (
        pdf({8: b"<</Author(%b)/Title(t)>>" % CANARY}, trailer=b"/Info 8 0 R"),
        "pdf-properties",
    ),
    "postscript": (
        pdf({8: stream(CANARY, b"/Type/XObject/Subtype/PS")}, resources=b"/XObject<</X 8 0 R>>"),
        "pdf-postscript",
    ),
    "external stream": (
        pdf(
            {8: stream(b"", b"/Subtype/Image/Width 1/Height 1/F(\\\\\\\\%b)" % CANARY)},
            resources=b"/XObject<</X 8 0 R>>",
        ),
        "pdf-external-reference",
    ),
    "reference form": (
        pdf(
            {8: stream(b"", b"/Subtype/Form/BBox[0 0 9 9]/Ref<</F(%b)>>" % CANARY)},
            resources=b"/XObject<</X 8 0 R>>",
        ),
        "pdf-external-reference",
    ),
    "unknown operator": (pdf(contents=TEXT + b" (%b) run" % CANARY), "pdf-operator"),
    "unknown operator in BX": (pdf(contents=b"BX (%b) run EX " % CANARY + TEXT), "pdf-operator"),
    "earlier revision": (
        updated(pdf(contents=b"BT (%b) Tj ET" % CANARY), {4: stream(TEXT)}),
        "pdf-revision",
    ),
    "in front": (b"%b junk\n" % CANARY + pdf(), "pdf-outside"),
    "behind": (pdf() + b"PK\3\4 %b" % CANARY, "pdf-outside"),
    "signature data": (pdf(catalog=b"/DSS<</VRI(%b)>>" % CANARY), "pdf-signature"),
    "wrong type": (pdf(page=b"/CropBox(%b)" % CANARY), "pdf-entry"),
}


@pytest.mark.parametrize("what", THREATS)
def test_what_acts_or_hides_is_gone_and_named(what: str) -> None:
    document, name = THREATS[what]
    result = through(document, "a.pdf")
    whole = oracle.expanded(result.content)
    assert CANARY not in whole
    assert CANARY.hex().encode() not in whole.lower()
    assert b"Visible text" in whole
    said = result.rows(Act.REMOVED) | result.rows(Act.REPLACED)
    assert name in said, said
    assert oracle.is_clean(result.content)


def test_poppler_finds_no_script() -> None:
    assert CANARY in oracle.script(THREATS["named script"][0])
    for what in ("open action", "named script", "link script", "field script", "page AA"):
        assert CANARY not in oracle.script(through(THREATS[what][0], "a.pdf").content)


SILENT = {
    "comment": pdf().replace(b"%PDF-1.7\n", b"%PDF-1.7\n%" + CANARY + b"\n", 1),
    "unreferenced": pdf({8: b"(%b)" % CANARY}),
    "comment in statements": pdf(contents=b"%" + CANARY + b"\n" + TEXT),
    "behind the data": pdf(
        {4: stream(__import__("zlib").compress(TEXT) + CANARY, b"/Filter/FlateDecode")}
    ),
    "private entry of a trailer": pdf(trailer=b"/Evil(%b)" % CANARY),
}


@pytest.mark.parametrize("what", SILENT)
def test_what_nobody_sees_is_gone(what: str) -> None:
    content = through(SILENT[what], "a.pdf").content
    assert CANARY not in oracle.expanded(content)
    assert CANARY not in content


def test_the_object_under_two_rules_becomes_two() -> None:
    """A dictionary that is a font here and a form there cannot smuggle keys across."""
    both = stream(TEXT, b"/Type/Font/Subtype/Form/BBox[0 0 9 9]/BaseFont/X/JS(%b)" % CANARY)
    document = pdf({8: both}, resources=b"/XObject<</X 8 0 R>>/Pattern<</P 8 0 R>>")
    assert CANARY not in oracle.expanded(through(document, "a.pdf").content)


def test_objects_in_object_streams_are_read_as_others() -> None:
    import io

    import pikepdf

    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf(catalog=b"/OpenAction " + JS))) as opened:
        opened.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    result = through(out.getvalue(), "a.pdf")
    assert CANARY not in oracle.expanded(result.content)
    assert result.rows(Act.REMOVED)["pdf-script"] == 1
