"""Issue a one-time code on the server itself: for an administrator, or a person whom no single park may vouch for."""

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from hrpark.accounts.access import issue_code
from hrpark.accounts.queries import person_by_key
from hrpark.toolbox.errors import HrparkError
from hrpark.trail.kinds import System


class Command(BaseCommand):
    help = "Issue a one-time code (ten minutes, used once) for the account with this mobile number or e-mail address."

    def add_arguments(self, parser):
        parser.add_argument("key", help="mobile number or e-mail address")
        parser.add_argument("--basis", required=True, help="how the person was recognised; goes into the trail")

    def handle(self, *args, key: str, basis: str, **options):
        person = person_by_key(key)
        if person is None:
            raise CommandError("No open account has this key.")
        at = timezone.localtime()
        try:
            _, text = issue_code(
                actor=System("console", "服务器命令"),
                at=at,
                key=f"console:{at.timestamp()}",
                person=person,
                park=None,
                basis=basis,
            )
        except HrparkError as error:
            raise CommandError(error.message) from error
        self.stdout.write(text)
