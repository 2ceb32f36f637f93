"""A coded failure becomes a page that says what happened, what to do next and whom to ask."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from sekisho.kernel.errors import SekishoError
from sekisho.web.failing import failure_page


class FailurePages:
    """Everything that is not expected stays Django's matter, and crashes loudly."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._next = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._next(request)

    def process_exception(self, request: HttpRequest, failure: Exception) -> HttpResponse | None:
        """Django calls this when a view raised something."""
        if isinstance(failure, SekishoError):
            return failure_page(request, failure)
        return None
