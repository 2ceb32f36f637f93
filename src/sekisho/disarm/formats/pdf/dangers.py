"""What an entry that is not carried over would have done: the name it has in the account."""

from __future__ import annotations

from collections.abc import Callable

from sekisho.disarm.formats.pdf.values import Stream, Value

QUIET = frozenset(
    # Entries that do nothing, or that the writer sets itself.
    [
        "Type",
        "Length",
        "Filter",
        "DecodeParms",
        "DL",
        "ProcSet",
        "Name",
        "LastModified",
        "M",
        "CreationDate",
        "ModDate",
        "NM",
        "Parent",
        "Pages",
        "Count",
        "Kids",
        "Prev",
        "Next",
        "First",
        "Last",
        "Linearized",
        "Version",
        "Extensions",
        "SeparationInfo",
        "Tabs",
        "PZ",
        "Dur",
        "ID",
        "Perms",
        "Producer",
        "Creator",
        "Author",
        "Keywords",
        "Trapped",
        "Trans",
        "StructParent",
        "HT",
        "TR",
        "TR2",
        "BG",
        "BG2",
        "UCR",
        "UCR2",
        "FontFamily",
        "FontStretch",
        "CharSet",
        "CIDSet",
        "UseCMap",
        "ViewState",
        "B",
        "TemplateInstantiated",
        "PresSteps",
        "UserUnit",
        "Version",
        "NeedsRendering",
        "Requirements",
        "P",
        "W",
        "BX",
    ]
)

_THINGS = {
    "OpenAction": "pdf-open-action",
    "AA": "pdf-auto-action",
    "JS": "pdf-script",
    "JavaScript": "pdf-script",
    "EmbeddedFiles": "pdf-embedded-file",
    "AF": "pdf-embedded-file",
    "EF": "pdf-embedded-file",
    "FS": "pdf-embedded-file",
    "Collection": "pdf-embedded-file",
    "XFA": "pdf-xfa",
    "RichMediaContent": "pdf-media",
    "RichMediaSettings": "pdf-media",
    "Sound": "pdf-media",
    "Movie": "pdf-media",
    "3DD": "pdf-media",
    "RC": "pdf-rich-text",
    "RV": "pdf-rich-text",
    "DS": "pdf-rich-text",
    "Metadata": "pdf-metadata",
    "PieceInfo": "pdf-metadata",
    "Thumb": "pdf-metadata",
    "DSS": "pdf-signature",
    "OPI": "pdf-external-reference",
    "Ref": "pdf-external-reference",
    "FFilter": "pdf-external-reference",
    "Alternates": "pdf-external-reference",
    "PS": "pdf-postscript",
    "SpiderInfo": "pdf-entry",
    "URI": "pdf-link",
    "URLS": "pdf-link",
    "A": "pdf-action",
    "PA": "pdf-action",
    "FontFile": "pdf-font",
    "FontFile2": "pdf-font",
    "FontFile3": "pdf-font",
    "FontMatrix": "pdf-wrong-value",
}

_ACTIONS = {
    "JavaScript": "pdf-script",
    "Launch": "pdf-launch",
    "GoToR": "pdf-external-reference",
    "GoToE": "pdf-embedded-file",
    "URI": "pdf-link",
    "SubmitForm": "pdf-submit",
    "ImportData": "pdf-submit",
    "Rendition": "pdf-media",
    "Movie": "pdf-media",
    "Sound": "pdf-media",
    "RichMediaExecute": "pdf-media",
    "GoTo3DView": "pdf-media",
}


def thing_of(key: str, value: Value, resolve: Callable[[Value], Value]) -> str:
    """The name in the account for an entry left out; empty for what is not worth a word."""
    if type(value) is dict:
        kind = resolve(value.get("S"))
        if type(kind) is str and kind in _ACTIONS and key not in ("AA",):
            return _ACTIONS[kind]
    known = _THINGS.get(key)
    if known:
        return known
    if value is None:
        return ""
    return "pdf-stream" if type(value) is Stream else "pdf-entry"
