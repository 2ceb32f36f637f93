"""Every address of the pages."""

from django.urls import include, path

from sekisho.web.entrance.urls import account_urls
from sekisho.web.inbox.views import inbox

urlpatterns = [
    path("", inbox, name="inbox"),
    path("send/", include("sekisho.web.sending.urls")),
    path("approving/", include("sekisho.web.approving.urls")),
    path("receiving/", include("sekisho.web.receiving.urls")),
    path("search/", include("sekisho.web.searching.urls")),
    path("proof/", include("sekisho.web.proving.urls")),
    path("api/v1/", include("sekisho.web.api.urls")),
    path("administration/", include("sekisho.web.administration.urls")),
    path("transfers/", include("sekisho.web.transfers.urls")),
    path("flows/", include("sekisho.web.flows.urls")),
    path("risks/", include("sekisho.web.risks.urls")),
    path("disposal/", include("sekisho.web.disposal.urls")),
    path("", include("sekisho.web.own.urls")),
    path("entrance/", include("sekisho.web.entrance.urls")),
    path("account/", include(account_urls)),
    path("account/", include("allauth.urls")),
]

handler404 = "sekisho.web.api.outside.not_found"
handler500 = "sekisho.web.api.outside.crashed"
