"""Addresses of risk assessments."""

from django.urls import path, re_path

from sekisho.web.risks import commenting, comparing, editing, running, views

urlpatterns = [
    path("", views.listing, name="risks"),
    path("new", editing.new, name="new_study"),
    path("<int:study>/", views.show, name="study"),
    path("<int:study>/change", editing.change, name="change_study"),
    path("<int:study>/compare", comparing.compare, name="compare_versions"),
    path("<int:study>/v<int:number>/", views.version, name="study_version"),
    path("<int:study>/v<int:number>/model.toml", views.model_file, name="model_file"),
    path("<int:study>/v<int:number>/comments", commenting.comments, name="study_comments"),
    path("<int:study>/v<int:number>/run", running.ask, name="ask_run"),
    path("runs/<int:run>/", running.show, name="run"),
    re_path(
        r"^runs/(?P<run>\d{1,18})/assess\.(?P<kind>html|xlsx|json)$", running.take, name="take_run"
    ),
]
