"""Every request works on this process's node."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from sekisho.web.request import serving

Next = Callable[[HttpRequest], HttpResponse]


class CurrentNode:
    """`request.node` is the open node; its database is the current one until the answer."""

    def __init__(self, get_response: Next) -> None:
        self._next = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        node = serving()
        request.node = node  # type: ignore[attr-defined]
        with node.at_work():
            return self._next(request)
