"""The key of the integrity signature on issued PDFs, made once and kept where its owner alone may read it."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from hrpark.documents.signing import make_key


class Command(BaseCommand):
    help = "Make the key that signs issued PDFs. Never overwrites one."

    def add_arguments(self, parser):
        parser.add_argument("--name", required=True, help="who signs, as PDF readers show it")

    def handle(self, *args, name: str, **options):
        path = Path(settings.SIGNING_KEY)
        try:
            made = make_key(path, name=name, at=timezone.localtime(), password=settings.SIGNING_PASSWORD)
        except FileExistsError:
            raise CommandError(
                f"{path} is there already. Move it away first, and keep it: what it signed is checked by it."
            ) from None
        self.stdout.write(f"{path}\nSHA-256 {made}")
