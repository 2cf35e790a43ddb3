"""Every URL: the pages by door, and the JSON API."""

from django.urls import include, path

urlpatterns = [
    path("", include("hrpark.web.urls")),
    path("api/", include("hrpark.api.urls")),
]

handler400 = "hrpark.web.errors.unreadable"
handler404 = "hrpark.web.errors.not_found"
handler403 = "hrpark.web.errors.forbidden"
handler500 = "hrpark.web.errors.failed"
