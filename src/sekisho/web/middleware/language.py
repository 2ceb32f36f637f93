"""The language of a page: what the person chose, else the browser's, else Japanese."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header

from sekisho.kernel import speech


class ChosenLanguage:
    """Sets Django's language and ours."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._next = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = chosen(request)
        speech.use(language)
        with translation.override(language):
            response = self._next(request)
        response.headers.setdefault("Content-Language", language)
        return response


def chosen(request: HttpRequest) -> str:
    """`ja` or `en`."""
    person = getattr(request, "user", None)
    said = (
        getattr(person, "language", ""),
        request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, ""),
    )
    for one in said:
        if one in speech.LANGUAGES:
            return str(one)
    for untrusted, _ in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        if untrusted[:2] in speech.LANGUAGES:
            return str(untrusted[:2])
    return speech.JA
