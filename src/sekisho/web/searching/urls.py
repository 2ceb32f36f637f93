"""Addresses of the search."""

from django.urls import path, re_path

from sekisho.web.searching import views

urlpatterns = [
    path("", views.searching, name="searching"),
    re_path(r"^export\.(?P<kind>xlsx|csv)$", views.export, name="search_export"),
]
