"""ListViews of the officer's rows and columns: no login, no scope, no masking, no filters, no menu."""

import os

os.environ["DJANGO_SETTINGS_MODULE"] = "bench.bare_settings"

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()

from django.db.models import F  # noqa: E402
from django.urls import path  # noqa: E402
from django.utils import timezone  # noqa: E402
from django.views.generic import ListView  # noqa: E402

from hrpark.cases.models import Case  # noqa: E402
from hrpark.institutions.models import Institution  # noqa: E402
from hrpark.institutions.queries import with_contact, with_expiry, with_unit  # noqa: E402


class Institutions(ListView):
    paginate_by = 50
    template_name = "bare.html"

    def get_queryset(self):
        today = timezone.localdate()
        return with_contact(with_unit(with_expiry(Institution.objects.order_by("status", "name", "pk"), today), today))


class ByIndex(Institutions):
    """The same, in the order that an index gives: what the first one becomes when somebody looks at its slow query."""

    def get_queryset(self):
        return super().get_queryset().filter(park__slug="huangpu").order_by("-status", "name")


class Cases(ListView):
    """The rows of the inbox, open ones first, as one writes them first."""

    paginate_by = 50
    template_name = "bare_cases.html"

    def get_queryset(self):
        rows = Case.objects.filter(park__slug="huangpu", received_at__isnull=False)
        return rows.select_related("institution", "handler").order_by(F("closed_at").asc(nulls_first=True), "due_at")


urlpatterns = [
    path("institutions/", Institutions.as_view()),
    path("by-index/", ByIndex.as_view()),
    path("cases/", Cases.as_view()),
]
