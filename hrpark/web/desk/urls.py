"""Pages of the desk door, under /desk/<park>/."""

from __future__ import annotations

from django.urls import path

from . import evaluation, home, people, returns, search, trail

urlpatterns = [
    path("<slug:park>/", home.home, name="desk-home"),
    path("<slug:park>/trail/", trail.trail, name="desk-trail"),
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
    path("<slug:park>/table/", evaluation.table, name="desk-table"),
    path("<slug:park>/table/<str:measure>/", evaluation.figure, name="desk-figure"),
    path("<slug:park>/rounds/", evaluation.rounds, name="desk-rounds"),
    path("<slug:park>/rounds/new/", evaluation.round_new, name="desk-round-new"),
    path("<slug:park>/rounds/<int:pk>/", evaluation.round, name="desk-round"),
    path("<slug:park>/rounds/<int:pk>/open/", evaluation.round_open, name="desk-round-open"),
    path("<slug:park>/rounds/<int:pk>/cancel/", evaluation.round_cancel, name="desk-round-cancel"),
    path("<slug:park>/rounds/<int:pk>/result/", evaluation.result, name="desk-round-result"),
    path("<slug:park>/rounds/<int:pk>/result.xlsx", evaluation.workbook, name="desk-round-workbook"),
    path("<slug:park>/rounds/<int:pk>/report/", evaluation.report, name="desk-round-report"),
    path("<slug:park>/rounds/<int:pk>/rate/", evaluation.rate, name="desk-round-rate"),
    path("<slug:park>/rounds/<int:pk>/rate/hand-in/", evaluation.rate_hand_in, name="desk-round-hand-in"),
    path("<slug:park>/returns/", returns.years, name="desk-returns"),
    path("<slug:park>/returns/<int:year>/", returns.year, name="desk-return"),
    path("<slug:park>/returns/<int:year>/edit/", returns.declare, name="desk-return-edit"),
    path("<slug:park>/returns/figures/<int:pk>/", returns.figure, name="desk-declared-figure"),
    path("<slug:park>/returns/figures/<int:pk>/evidence/", returns.evidence, name="desk-figure-evidence"),
]
