"""Every page, door by door. The public portal stands at the root; the other doors under their own names."""

from __future__ import annotations

from django.urls import include, path

from hrpark.web.account.first import first_run

urlpatterns = [
    path("", include("hrpark.web.portal.urls")),
    path("setup/", first_run, name="setup"),
    path("account/", include("hrpark.web.account.urls")),
    path("desk/", include("hrpark.web.desk.urls")),
    path("tenant/", include("hrpark.web.tenant.urls")),
    path("authority/", include("hrpark.web.authority.urls")),
]
