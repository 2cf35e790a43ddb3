"""Pages of the tenant door, under /tenant/<park>/."""

from __future__ import annotations

from django.urls import path

from . import colleagues, search

urlpatterns = [
    path("<slug:park>/search/", search.search, name="tenant-search"),
    path("<slug:park>/colleagues/", colleagues.colleagues, name="tenant-colleagues"),
    path("<slug:park>/colleagues/invite/", colleagues.colleague_invite, name="tenant-colleague-invite"),
    path("<slug:park>/colleagues/<int:pk>/", colleagues.colleague, name="tenant-colleague"),
    path("<slug:park>/colleagues/<int:pk>/end/", colleagues.colleague_end, name="tenant-colleague-end"),
    path("<slug:park>/invitations/<int:pk>/withdraw/", colleagues.invitation_withdraw, name="tenant-invitation-withdraw"),
]
