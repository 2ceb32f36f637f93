"""Addresses of one transfer."""

from django.urls import path, re_path

from sekisho.web.transfers import views

urlpatterns = [
    path("<str:transfer_id>/", views.show, name="transfer"),
    path("<str:transfer_id>/files/<int:number>/", views.look, name="look"),
    path("<str:transfer_id>/files/<int:number>/<int:page>.png", views.preview, name="preview"),
    re_path(
        r"^(?P<transfer_id>tr_[^/]+)/(?P<verb>withdraw|resubmit|resend|read-after)$",
        views.act,
        name="act",
    ),
]
