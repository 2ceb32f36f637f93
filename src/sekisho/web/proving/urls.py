"""Addresses of documents, reports and the ledger."""

from django.urls import path, re_path

from sekisho.web.proving import verifying, views

urlpatterns = [
    path("", views.proving, name="proving"),
    path("period", views.period, name="period"),
    path("ledger/", views.ledger, name="ledger"),
    path("ledger/check", views.check, name="check_ledger"),
    path("verify", verifying.verify, name="verify"),
    path("<str:transfer_id>/", views.document, name="document"),
    path("<str:transfer_id>/verified", verifying.verified, name="verified"),
    re_path(
        r"^(?P<transfer_id>tr_[^/]+)/(?P<part>zip|json)$", views.document, name="document_part"
    ),
]
