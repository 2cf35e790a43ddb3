"""Fill an empty database with the demo park."""

from __future__ import annotations

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from hrpark.accounts.queries import is_empty
from hrpark.demo.work import fill


class Command(BaseCommand):
    help = "Fill an empty database with the demo park."

    def handle(self, *args, **options):
        if not is_empty():
            raise CommandError("The database is not empty; the demo is made only into an empty one (make reset).")
        fill(timezone.localtime())
