"""Pages that anybody may read, at the root."""

from __future__ import annotations

from django.urls import path

from . import admission, check, conditions, home, hooks, requests, standard, styles

urlpatterns = [
    path("", home.home, name="portal-home"),
    path("p/<slug:park>/", home.park_home, name="portal-park"),
    path("p/<slug:park>/institutions/", home.institutions, name="portal-institutions"),
    path("p/<slug:park>/apply/", admission.apply, name="portal-apply"),
    path("p/<slug:park>/apply/checklist/", admission.checklist, name="portal-checklist"),
    path("p/<slug:park>/apply/new/", admission.apply_new, name="portal-apply-new"),
    path("p/<slug:park>/apply/<int:pk>/", admission.application, name="portal-application"),
    path("p/<slug:park>/apply/<int:pk>/form/", admission.form, name="portal-application-form"),
    path("p/<slug:park>/apply/<int:pk>/files/", admission.files, name="portal-application-files"),
    path("p/<slug:park>/apply/<int:pk>/agreement.pdf", admission.agreement, name="portal-application-agreement"),
    path("p/<slug:park>/apply/<int:pk>/answer/", admission.answer, name="portal-application-answer"),
    path("p/<slug:park>/apply/<int:pk>/withdraw/", admission.take_back, name="portal-application-withdraw"),
    path("p/<slug:park>/conditions/<int:pk>/", conditions.condition, name="portal-condition"),
    path("p/<slug:park>/requests/", requests.choose, name="portal-requests"),
    path("p/<slug:park>/requests/new/<slug:kind>/", requests.begin, name="portal-request-new"),
    path("p/<slug:park>/requests/<int:pk>/", requests.show, name="portal-request"),
    path("p/<slug:park>/requests/<int:pk>/form/", requests.form, name="portal-request-form"),
    path("p/<slug:park>/requests/<int:pk>/files/", requests.files, name="portal-request-files"),
    path("p/<slug:park>/requests/<int:pk>/answer/", requests.answer, name="portal-request-answer"),
    path("p/<slug:park>/requests/<int:pk>/withdraw/", requests.take_back, name="portal-request-withdraw"),
    path("p/<slug:park>/requests/<int:pk>/rate/", requests.rating, name="portal-request-rate"),
    path("p/<slug:park>/report/", requests.report, name="portal-report"),
    path("p/<slug:park>/report/look/", requests.look, name="portal-report-look"),
    path("p/<slug:park>/parameters/", standard.park_parameters, name="portal-parameters"),
    path("help/", home.help_page, name="portal-help"),
    path("standard/", standard.standard, name="standard"),
    path("standard/<str:key>/", standard.standard_clause, name="standard-clause"),
    path("check/", check.check, name="check"),
    path("check/<str:code>/", check.check_code, name="check-code"),
    path("hooks/esign/", hooks.esign, name="hooks-esign"),
    path("styles/", styles.styles, name="styles"),
    path("styles/list/", styles.styles_list, name="styles-list"),
    path("styles/record/", styles.styles_record, name="styles-record"),
    path("styles/form/", styles.styles_form, name="styles-form"),
    path("look/", styles.look, name="look"),
]
