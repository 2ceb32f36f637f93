"""The addresses of the interface: a token is asked for, never a session."""

from django.urls import path

from sekisho.web.api.listing import listing
from sekisho.web.api.operations import api

app_name = api.urls_namespace
patterns = api.urls[0]
for one in patterns:
    one.callback.login_required = False

urlpatterns = [path("", listing, name="listing"), *patterns]
