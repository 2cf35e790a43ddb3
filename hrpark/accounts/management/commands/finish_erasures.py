"""What the tick does at night after somebody was erased, now; after restoring a backup, with --again first."""

from django.core.management.base import BaseCommand
from django.utils import timezone

from hrpark.accounts.erasure import erase_again, finish


class Command(BaseCommand):
    help = "Write the database's pages anew after erasures. --again: erase whoever a restored backup has brought back."

    def add_arguments(self, parser):
        parser.add_argument("--again", action="store_true")

    def handle(self, *args, again: bool, **options):
        at = timezone.localtime()
        if again:
            self.stdout.write(f"erased again: {erase_again(at)}")
        self.stdout.write(f"finished: {finish(at)}")
