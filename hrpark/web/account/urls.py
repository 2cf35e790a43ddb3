"""Pages of a person's own account, under /account/."""

from __future__ import annotations

from django.urls import path

from . import calendar, drafts, files, first, leaving, login, notices, own, register

urlpatterns = [
    path("", own.home, name="account-home"),
    path("login/", login.login, name="account-login"),
    path("login/code/", login.code, name="account-code"),
    path("login/second/", login.second, name="account-second"),
    path("logout/", login.logout, name="account-logout"),
    path("enter/", login.enter, name="account-enter"),
    path("register/", register.register, name="account-register"),
    path("invitation/<str:token>/", register.invitation, name="account-invitation"),
    path("edit/", own.edit, name="account-edit"),
    path("password/", own.password, name="account-password"),
    path("totp/", own.second_factor, name="account-totp"),
    path("totp/off/", own.second_factor_off, name="account-totp-off"),
    path("totp/recovery/", own.recovery, name="account-recovery"),
    path("sessions/end/", own.sessions_end, name="account-sessions-end"),
    path("sessions/<int:pk>/end/", own.sessions_end, name="account-session-end"),
    path("roles/<int:pk>/end/", own.role_end, name="account-role-end"),
    path("consents/<int:pk>/withdraw/", own.consent_withdraw, name="account-consent-withdraw"),
    path("data/", leaving.data, name="account-data"),
    path("data/copy/", leaving.copy, name="account-data-copy"),
    path("data/erase/", leaving.erase, name="account-data-erase"),
    path("close/", leaving.close, name="account-close"),
    path("parks/", first.parks, name="account-parks"),
    path("parks/new/", first.park_new, name="account-park-new"),
    path("calendar/", calendar.years, name="account-calendar"),
    path("calendar/new/", calendar.year_new, name="account-calendar-new"),
    path("files/<int:pk>/", files.download, name="account-file"),
    path("notices/", notices.notices, name="account-notices"),
    path("notices/read/", notices.notices_read, name="account-notices-read"),
    path("notices/<int:pk>/", notices.notice_open, name="account-notice-open"),
    path("drafts/<str:form>/", drafts.draft, name="account-draft"),
    path("views/", drafts.view_save, name="account-view-save"),
    path("views/in/<slug:park>/", drafts.view_save, name="account-view-save-park"),
    path("views/<int:pk>/drop/", drafts.view_drop, name="account-view-drop"),
]
