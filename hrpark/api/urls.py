"""The JSON API, one version a folder."""

from django.urls import path

from .v1 import api

urlpatterns = [path("v1/", api.urls)]
