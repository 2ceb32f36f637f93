"""Addresses of administration."""

from django.urls import path

from sekisho.web.administration import overview, routes

urlpatterns = [
    path("", overview.overview, name="administration"),
    path("routes/", routes.routes, name="routes"),
    path("routes/<str:from_node>/<str:to_node>/", routes.route, name="route"),
    path("routes/<str:from_node>/<str:to_node>/close", routes.close, name="close_route"),
]
