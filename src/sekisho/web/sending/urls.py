"""Addresses of drafts and of files on their way in."""

from django.urls import path, re_path

from sekisho.web.sending import parts, views

VERBS = "stop|without-refused|delete"

urlpatterns = [
    path("", views.begin, name="sending"),
    path("new", views.save, name="new_draft"),
    path("copy/<str:transfer_id>", views.copy, name="copy_as_new"),
    path("uploads/<str:upload_id>", parts.put, name="put_part"),
    path("uploads/<str:upload_id>/inspect", parts.inspect, name="inspect_upload"),
    path("uploads/<str:upload_id>/remove", parts.remove, name="remove_upload"),
    path("<str:draft_id>/", views.draft, name="draft"),
    path("<str:draft_id>/save", views.save, name="save_draft"),
    path("<str:draft_id>/announce", parts.take_in, name="announce"),
    re_path(rf"^(?P<draft_id>dr_[^/]+)/(?P<verb>{VERBS})$", views.act, name="draft_act"),
]
