"""Addresses of disposal. Codes are of capital letters, words of small ones."""

from django.urls import path, re_path

from sekisho.web.disposal import assets, editing, importing, listing, scanning

CODE = r"^assets/(?P<code>[A-Z0-9-]{1,24})"

urlpatterns = [
    path("", listing.register, name="disposal"),
    re_path(r"^assets/export\.(?P<kind>xlsx|csv)$", listing.export, name="export_assets"),
    path("assets/new", editing.new, name="new_assets"),
    path("assets/scan", scanning.scan, name="scan_assets"),
    path("assets/import", importing.bring, name="import_assets"),
    path("assets/import/take", importing.take, name="take_assets"),
    re_path(rf"{CODE}/$", assets.show, name="asset"),
    re_path(rf"{CODE}/change$", editing.change, name="change_asset"),
    re_path(rf"{CODE}/(?P<verb>use|store|miss|find)$", assets.act, name="asset_act"),
]
