"""The third supervised process: each minute, what is due by its row is done (imports to requeue, notices, seals)."""

from __future__ import annotations

import logging
import signal
import threading

from django.core.management.base import BaseCommand
from django.db import Error, close_old_connections

from hrpark.toolbox.tick import TICKS
from hrpark.web import clock

log = logging.getLogger("hrpark.tick")


class Command(BaseCommand):
    help = "Do what is due. Once, or each minute with --loop."

    def add_arguments(self, parser):
        parser.add_argument("--loop", action="store_true")
        parser.add_argument("--seconds", type=float, default=60)

    def handle(self, *args, loop: bool, seconds: float, **options):
        stop = threading.Event()
        if loop:
            for name in (signal.SIGTERM, signal.SIGINT):
                signal.signal(name, lambda *_: stop.set())
        while True:
            self.once()
            if not loop or stop.wait(seconds):
                return

    def once(self) -> None:
        """Each duty on its own: a database that is away for one must not cost the others their turn."""
        for key, due in TICKS.items():
            close_old_connections()
            try:
                done = due(clock.now())
            except Error:
                log.exception("%s failed and is tried again at the next tick", key)
                continue
            if done:
                log.info("%s: %s", key, done)
