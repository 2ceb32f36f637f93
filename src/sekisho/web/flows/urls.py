"""Addresses of the register of flows. Codes are of capital letters, words of small ones."""

from django.urls import path, re_path

from sekisho.web.flows import editing, hearing, importing, listing, reviewing, views

CODE = r"^(?P<code>[A-Z0-9-]{1,24})"
VERBS = "start|suspend|end"

urlpatterns = [
    path("", listing.register, name="flows"),
    re_path(r"^export\.(?P<kind>xlsx|csv)$", listing.export, name="export_flows"),
    path("new", editing.new, name="new_flow"),
    path("import", importing.bring, name="import_flows"),
    path("import/take", importing.take, name="take_flows"),
    path("review/", reviewing.review, name="review_flows"),
    path("hearing/", hearing.sheets, name="hearing"),
    path("hearing/make", hearing.make, name="make_sheet"),
    path("hearing/take", hearing.take, name="take_sheet"),
    path("summary/", reviewing.summary, name="flow_summary"),
    re_path(rf"{CODE}/$", views.show, name="flow"),
    re_path(rf"{CODE}/change$", editing.change, name="change_flow"),
    re_path(rf"{CODE}/decide$", views.decide, name="decide_flow"),
    re_path(rf"{CODE}/(?P<verb>{VERBS})$", views.act, name="flow_act"),
]
