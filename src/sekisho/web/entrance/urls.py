"""Addresses around signing in."""

from django.urls import path

from sekisho.web.entrance import views

urlpatterns = [path("language", views.choose_language, name="choose_language")]
