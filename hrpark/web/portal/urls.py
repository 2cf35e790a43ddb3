"""Pages that anybody may read, at the root."""

from __future__ import annotations

from django.urls import path

from . import check, styles

urlpatterns = [
    path("check/", check.check, name="check"),
    path("check/<str:code>/", check.check_code, name="check-code"),
    path("styles/", styles.styles, name="styles"),
    path("styles/list/", styles.styles_list, name="styles-list"),
    path("styles/record/", styles.styles_record, name="styles-record"),
    path("styles/form/", styles.styles_form, name="styles-form"),
    path("look/", styles.look, name="look"),
]
