"""Pages of the tenant door, under /tenant/<park>/."""

from __future__ import annotations

from django.urls import path

from . import cases, checking, colleagues, conditions, dossier, evaluation, home, returns, search, settling

urlpatterns = [
    path("<slug:park>/", home.home, name="tenant-home"),
    path("<slug:park>/search/", search.search, name="tenant-search"),
    path("<slug:park>/colleagues/", colleagues.colleagues, name="tenant-colleagues"),
    path("<slug:park>/colleagues/invite/", colleagues.colleague_invite, name="tenant-colleague-invite"),
    path("<slug:park>/colleagues/<int:pk>/", colleagues.colleague, name="tenant-colleague"),
    path("<slug:park>/colleagues/<int:pk>/end/", colleagues.colleague_end, name="tenant-colleague-end"),
    path("<slug:park>/invitations/<int:pk>/withdraw/", colleagues.invitation_withdraw, name="tenant-invitation-withdraw"),
    path("<slug:park>/rounds/", evaluation.rounds, name="tenant-rounds"),
    path("<slug:park>/rounds/<int:pk>/", evaluation.answer, name="tenant-round"),
    path("<slug:park>/rounds/<int:pk>/result/", evaluation.result, name="tenant-round-result"),
    path("<slug:park>/returns/", returns.years, name="tenant-return"),
    path("<slug:park>/returns/<int:year>/", returns.year, name="tenant-return-year"),
    path("<slug:park>/returns/<int:year>/edit/", returns.declare, name="tenant-return-edit"),
    path("<slug:park>/returns/figures/<int:pk>/", returns.figure, name="tenant-declared-figure"),
    path("<slug:park>/returns/figures/<int:pk>/evidence/", returns.evidence, name="tenant-figure-evidence"),
    path("<slug:park>/institution/", dossier.own, name="tenant-institution"),
    path("<slug:park>/institution/<int:pk>/", dossier.institution, name="tenant-dossier"),
    path("<slug:park>/institution/<int:pk>/segments/", dossier.segments, name="tenant-dossier-segments"),
    path("<slug:park>/institution/<int:pk>/files/", dossier.upload, name="tenant-dossier-upload"),
    path("<slug:park>/institution/<int:pk>/files/<int:file>/remove/", dossier.file_remove, name="tenant-dossier-file-remove"),
    path("<slug:park>/institution/<int:pk>/<str:noun>/new/", dossier.part_new, name="tenant-dossier-part-new"),
    path("<slug:park>/institution/<int:pk>/<str:noun>/<int:row>/", dossier.part, name="tenant-dossier-part"),
    path("<slug:park>/institution/<int:pk>/<str:noun>/<int:row>/<str:deed>/", dossier.deed, name="tenant-dossier-deed"),
    path("<slug:park>/cases/", cases.cases, name="tenant-cases"),
    path("<slug:park>/cases/new/", cases.choose, name="tenant-case-kinds"),
    path("<slug:park>/cases/new/<slug:kind>/", cases.begin, name="tenant-case-new"),
    path("<slug:park>/cases/<int:pk>/", cases.case, name="tenant-case"),
    path("<slug:park>/cases/<int:pk>/form/", cases.form, name="tenant-case-form"),
    path("<slug:park>/cases/<int:pk>/files/", cases.files, name="tenant-case-files"),
    path("<slug:park>/cases/<int:pk>/answer/", cases.answer, name="tenant-case-answer"),
    path("<slug:park>/cases/<int:pk>/withdraw/", cases.take_back, name="tenant-case-withdraw"),
    path("<slug:park>/cases/<int:pk>/rate/", cases.rating, name="tenant-case-rate"),
    path("<slug:park>/duties/", checking.duties, name="tenant-duties"),
    path("<slug:park>/checks/<int:pk>/", checking.check, name="tenant-check"),
    path("<slug:park>/corrections/<int:pk>/", checking.correction, name="tenant-correction"),
    path("<slug:park>/corrections/<int:pk>/answer/", checking.answer, name="tenant-correction-answer"),
    path("<slug:park>/starts/<int:pk>/", settling.start, name="tenant-start"),
    path("<slug:park>/starts/<int:pk>/report/", settling.report, name="tenant-start-report"),
    path("<slug:park>/exits/<int:pk>/", cases.exit_, name="tenant-exit"),
    path("<slug:park>/conditions/", conditions.conditions, name="tenant-conditions"),
    path("<slug:park>/conditions/<int:pk>/", conditions.condition, name="tenant-condition"),
    path("<slug:park>/applications/<int:pk>/", cases.application, name="tenant-application"),
]
