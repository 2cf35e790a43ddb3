"""Reckon every finished round again from its frozen inputs, and say which no longer gives the same bytes."""

from __future__ import annotations

from django.core.management.base import BaseCommand, CommandError

from hrpark.evaluation.queries import finished_rounds, recompute


class Command(BaseCommand):
    help = "Recompute every finished evaluation round bit for bit; fails when one differs."

    def handle(self, *args, **options):
        broken = 0
        rounds = finished_rounds()
        for round in rounds:
            found = recompute(round)
            broken += not found.ok
            if not found.ok:
                self.stderr.write(f"  {round.park.name}, {found.name} (round {found.round_id}): {found.why}")
        if broken:
            raise CommandError(f"{broken} of {len(rounds)} finished rounds do not recompute.")
        self.stdout.write(f"{len(rounds)} finished rounds recompute bit for bit.")
