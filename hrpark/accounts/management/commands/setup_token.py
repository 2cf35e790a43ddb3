"""Print the token that the first-run page asks for."""

from django.core.management.base import BaseCommand, CommandError

from hrpark.accounts.setup import setup_token


class Command(BaseCommand):
    help = "Print the one-time token of the first-run page (/setup/); an installation that has people has none."

    def handle(self, *args, **options):
        token = setup_token()
        if not token:
            raise CommandError("This installation has begun already.")
        self.stdout.write(token)
