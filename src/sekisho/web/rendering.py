"""How forms are shown, and what Django must not do with files."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.forms.renderers import TemplatesSetting


class FormRenderer(TemplatesSetting):
    """Forms by our own templates: label, hint, field, error, one below the other."""

    form_template_name = "web/form.html"
    field_template_name = "web/field.html"


class RefuseFiles(FileUploadHandler):
    """Where a page does not ask for a file none is read, neither into memory nor onto the disk."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Skip it."""
        raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Nothing comes here."""

    def file_complete(self, file_size: int) -> None:
        """Nothing was kept."""
