"""Pages of the tenant door, under /tenant/<park>/."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
