"""The interface for programs: every operation is one verb or question in the name of a token's
owner. Which there are stands in `sending`, `transfers` and `receiving`."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from sekisho import __version__
from sekisho.kernel.clock import stamp
from sekisho.kernel.errors import SekishoError
from sekisho.node.backup.marker import require_serving
from sekisho.node.upkeep import last_round
from sekisho.web.api import problems, receiving, sending, shapes, transfers
from sekisho.web.api.bearer import Bearer
from sekisho.web.api.parsing import StrictParser
from sekisho.web.request import node_of

api = NinjaAPI(
    title="Sekisho",
    version="1",
    description="受け渡しを自動化するための窓口 / The interface for programs.",
    openapi_url="openapi.json",
    docs_url=None,
    auth=Bearer(),
    parser=StrictParser(),
    urls_namespace="api",
)
api.add_exception_handler(SekishoError, problems.problem)
api.add_exception_handler(AuthenticationError, problems.no_token)
api.add_exception_handler(HttpError, problems.no_json)
api.add_exception_handler(ValidationError, problems.wrong_shape)
api.add_exception_handler(RequestDataTooBig, problems.too_large)
for one in (sending, transfers, receiving):
    api.add_router("", one.router)


@api.get(
    "/health",
    auth=None,
    response={200: shapes.HealthOut, 500: shapes.ProblemOut},
    summary="動いているか / is it running",
)
def health(request: HttpRequest) -> Any:
    """For monitoring; needs no token. `worker_seen` is the last full round of a worker on this
    machine. A problem (500) says that the node was restored and may not serve yet."""
    node = node_of(request)
    require_serving(node)
    seen = last_round(node)
    return {
        "node": node.name,
        "version": __version__,
        "time": stamp(node.desk.now()),
        "worker_seen": stamp(seen) if seen else None,
    }
