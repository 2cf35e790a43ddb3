"""Make the database ready: migrate, then, for the demo, fill an empty one with the demo park."""

from __future__ import annotations

from django.core.management import call_command
from django.core.management.base import BaseCommand

from hrpark.accounts.queries import is_empty


class Command(BaseCommand):
    help = "Migrate; with --demo fill an empty database with the demo park."

    def add_arguments(self, parser):
        parser.add_argument("--demo", action="store_true")

    def handle(self, *args, demo: bool, **options):
        call_command("migrate", interactive=False, verbosity=0)
        if demo and is_empty():
            call_command("demo")
