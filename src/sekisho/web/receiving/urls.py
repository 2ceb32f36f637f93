"""Addresses of what has arrived."""

from django.urls import path

from sekisho.web.receiving import views

urlpatterns = [
    path("", views.receiving, name="receiving"),
    path("<str:transfer_id>", views.collect, name="collect"),
    path("<str:transfer_id>/<int:number>", views.collect_one, name="collect_one"),
    path("<str:transfer_id>/hand-on", views.hand_on, name="hand_on"),
]
