"""Pages of the tenant door, under /tenant/<park>/."""

from __future__ import annotations

from django.urls import path

from . import search

urlpatterns = [
    path("<slug:park>/search/", search.search, name="tenant-search"),
]
