"""Recompute every chain of the trail and say what does not hold."""

from django.core.management.base import BaseCommand

from hrpark.trail.queries import verify


class Command(BaseCommand):
    help = "Verify the trail. Prints each chain; exits 1 when an entry was changed, removed, inserted or moved."

    def handle(self, *args, **options):
        checks = verify()
        for check in checks:
            chain = f"park {check.park_id}" if check.park_id else "installation"
            state = "BROKEN" if check.broken else "whole"
            self.stdout.write(f"{chain}: {state}, {check.sealed} sealed, {check.unsealed} unsealed, {check.erased} erased")
            for line in check.broken:
                self.stdout.write(f"  {line}")
        if not checks:
            self.stdout.write("The trail is empty.")
        if any(check.broken for check in checks):
            raise SystemExit(1)
