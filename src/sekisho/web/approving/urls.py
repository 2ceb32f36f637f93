"""Addresses of decisions."""

from django.urls import path

from sekisho.web.approving import views

urlpatterns = [
    path("", views.approving, name="approving"),
    path("many", views.approve_many, name="approve_many"),
    path("<str:transfer_id>", views.decide, name="decide"),
]
