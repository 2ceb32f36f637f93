"""Addresses of administration."""

from django.urls import path, re_path

from sekisho.web.administration import (
    appointing,
    calendar,
    checkup,
    crypto,
    exceptions,
    machines,
    nodes,
    organisation,
    overview,
    people,
    routes,
    safekeeping,
)

urlpatterns = [
    path("", overview.overview, name="administration"),
    path("checkup/", checkup.checkup, name="checkup"),
    path("checkup/mail", checkup.mail, name="try_mail"),
    path("checkup/store", checkup.store, name="try_store"),
    path("nodes/", nodes.nodes, name="nodes"),
    path("disarming/", checkup.disarming, name="disarming"),
    path("routes/", routes.routes, name="routes"),
    path("routes/<str:from_node>/<str:to_node>/", routes.route, name="route"),
    path("routes/<str:from_node>/<str:to_node>/close", routes.close, name="close_route"),
    path("people/", people.people, name="people"),
    path("people/retire", people.retire, name="retire"),
    path("people/appoint", appointing.appoint, name="appoint"),
    path("people/release", appointing.release, name="release"),
    path("people/password", appointing.issue_password, name="issue_password"),
    path("organisation/", organisation.organisation, name="organisation"),
    path("organisation/bring", organisation.bring, name="bring_organisation"),
    re_path(
        r"^organisation/(?P<kind>export|template)$", organisation.table, name="organisation_table"
    ),
    path("exceptions/", exceptions.exceptions, name="exceptions"),
    path("exceptions/<str:exception_id>/end", exceptions.end_exception, name="end_exception"),
    path("crypto/", crypto.crypto, name="crypto"),
    path("crypto/authority", crypto.certificate, name="certificate"),
    path("safekeeping/", safekeeping.safekeeping, name="safekeeping"),
    path("calendar/", calendar.calendar, name="calendar"),
    path("calendar/file", calendar.ics, name="calendar_file"),
    path("tokens/", machines.tokens, name="tokens"),
    path("tokens/<str:token_id>/revoke", machines.revoke_token, name="revoke_token"),
    path("watches/", machines.watches, name="watches"),
]
