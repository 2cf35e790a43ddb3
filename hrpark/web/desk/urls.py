"""Pages of the desk door, under /desk/<park>/."""

from __future__ import annotations

from django.urls import path

from . import people, search

urlpatterns = [
    path("<slug:park>/search/", search.search, name="desk-search"),
    path("<slug:park>/people/", people.people, name="desk-people"),
    path("<slug:park>/people/invite/", people.invite_person, name="desk-invite"),
    path("<slug:park>/people/code/", people.code, name="desk-code"),
    path("<slug:park>/people/<int:pk>/", people.person, name="desk-person"),
    path("<slug:park>/people/<int:pk>/verify/", people.verify, name="desk-person-verify"),
    path("<slug:park>/people/<int:pk>/end/", people.end, name="desk-person-end"),
    path("<slug:park>/people/<int:pk>/code/", people.code, name="desk-person-code"),
    path("<slug:park>/people/<int:pk>/second/", people.second_off, name="desk-person-second"),
    path("<slug:park>/people/<int:pk>/letter/", people.letter, name="desk-person-letter"),
    path("<slug:park>/people/<int:pk>/letter/<int:letter>/", people.scan, name="desk-letter-scan"),
    path("<slug:park>/invitations/", people.invitations, name="desk-invitations"),
    path("<slug:park>/invitations/<int:pk>/", people.invitation, name="desk-invitation"),
    path("<slug:park>/invitations/<int:pk>/withdraw/", people.invitation_withdraw, name="desk-invitation-withdraw"),
]
