"""Addresses of one's own pages."""

from django.urls import path

from sekisho.web.own import views

urlpatterns = [
    path("alerts/", views.alerts, name="alerts"),
    path("alerts/read", views.read, name="read_alerts"),
    path("alerts/mail", views.mail, name="mail_wish"),
    path("me/absence/", views.absence, name="absence"),
    path("me/absence/<str:absence_id>/end", views.end, name="end_absence"),
]
