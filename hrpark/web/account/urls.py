"""Pages of a person's own account, under /account/."""

from __future__ import annotations

from django.urls import path

from . import drafts, files

urlpatterns = [
    path("files/<int:pk>/", files.download, name="account-file"),
    path("drafts/<str:form>/", drafts.draft, name="account-draft"),
    path("views/", drafts.view_save, name="account-view-save"),
    path("views/in/<slug:park>/", drafts.view_save, name="account-view-save-park"),
    path("views/<int:pk>/drop/", drafts.view_drop, name="account-view-drop"),
]
