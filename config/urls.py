"""Every URL, by door."""

from django.urls import path

urlpatterns: list = []
