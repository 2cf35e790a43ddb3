"""Pages of the authority door, under /authority/<park>/."""

from __future__ import annotations

from django.urls import path

from . import admission, cases, evaluation, filings, home, institutions, returns, search

urlpatterns = [
    path("<slug:park>/", home.home, name="authority-home"),
    path("<slug:park>/search/", search.search, name="authority-search"),
    path("<slug:park>/table/", evaluation.table, name="authority-table"),
    path("<slug:park>/table/<str:measure>/", evaluation.figure, name="authority-figure"),
    path("<slug:park>/rounds/", evaluation.rounds, name="authority-rounds"),
    path("<slug:park>/rounds/new/", evaluation.round_new, name="authority-round-new"),
    path("<slug:park>/rounds/<int:pk>/", evaluation.round, name="authority-round"),
    path("<slug:park>/rounds/<int:pk>/open/", evaluation.round_open, name="authority-round-open"),
    path("<slug:park>/rounds/<int:pk>/cancel/", evaluation.round_cancel, name="authority-round-cancel"),
    path("<slug:park>/rounds/<int:pk>/result/", evaluation.result, name="authority-round-result"),
    path("<slug:park>/rounds/<int:pk>/result.xlsx", evaluation.workbook, name="authority-round-workbook"),
    path("<slug:park>/rounds/<int:pk>/report/", evaluation.report, name="authority-round-report"),
    path("<slug:park>/parks/", evaluation.parks, name="authority-parks"),
    path("<slug:park>/rounds/<int:pk>/close/", evaluation.round_close, name="authority-round-close"),
    path("<slug:park>/rounds/<int:pk>/rows/<str:row>/", evaluation.assess, name="authority-assess"),
    path("<slug:park>/rounds/<int:pk>/veto/<slug:veto>/", evaluation.veto, name="authority-veto"),
    path("<slug:park>/rounds/<int:pk>/hand-in/", evaluation.assessment_hand_in, name="authority-hand-in"),
    path("<slug:park>/rounds/<int:pk>/reopen/", evaluation.assessment_reopen, name="authority-reopen"),
    path("<slug:park>/rounds/<int:pk>/finish/", evaluation.finish, name="authority-finish"),
    path("<slug:park>/rounds/<int:pk>/publish/", evaluation.publish, name="authority-publish"),
    path("<slug:park>/figures/", returns.figures, name="authority-figures"),
    path("<slug:park>/figures/verify/", returns.verify_many, name="authority-figures-verify"),
    path("<slug:park>/figures/<int:pk>/", returns.figure, name="authority-declared-figure"),
    path("<slug:park>/figures/<int:pk>/verify/", returns.verify, name="authority-figure-verify"),
    path("<slug:park>/regional/", returns.regional, name="authority-regional"),
    path("<slug:park>/regional/new/", returns.regional_new, name="authority-regional-new"),
    path("<slug:park>/institutions/", institutions.institutions, name="authority-institutions"),
    path("<slug:park>/institutions/<int:pk>/", institutions.institution, name="authority-institution"),
    path("<slug:park>/admission/", admission.admissions, name="authority-admissions"),
    path("<slug:park>/admission/<int:pk>/", admission.admission, name="authority-admission"),
    path("<slug:park>/cases/", cases.cases, name="authority-cases"),
    path("<slug:park>/cases/figures/", cases.figures, name="authority-case-figures"),
    path("<slug:park>/cases/<int:pk>/", cases.case, name="authority-case"),
    path("<slug:park>/filings/", filings.filings, name="authority-filings"),
    path("<slug:park>/filings/<int:pk>/", filings.filing, name="authority-filing"),
    path("<slug:park>/filings/<int:pk>/receive/", filings.filing_receive, name="authority-filing-receive"),
    path("<slug:park>/regional/<int:pk>/", returns.regional_figure, name="authority-regional-figure"),
]
