"""The addresses of the interface: a token is asked for, never a session."""

from django.urls import path

from sekisho.web.api.interface import api
from sekisho.web.api.listing import listing
from sekisho.web.api.outside import for_programs

app_name = api.urls_namespace
patterns = api.urls[0]
for one in patterns:
    one.callback = for_programs(one.callback)

urlpatterns = [path("", listing, name="listing"), *patterns]
