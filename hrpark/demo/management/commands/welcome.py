"""Print where the park answers and, for the demo, a login for each role; for an empty one, how to begin."""

from __future__ import annotations

from django.conf import settings
from django.core.management.base import BaseCommand

from hrpark.accounts.queries import is_empty
from hrpark.accounts.setup import setup_token
from hrpark.demo.people import LOGINS, PASSWORD


class Command(BaseCommand):
    help = "Print the address and how to sign in."

    def add_arguments(self, parser):
        parser.add_argument("--address", required=True)

    def handle(self, *args, address: str, **options):
        self.stdout.write(f"\n  hrpark  {address}")
        if is_empty():
            self.stdout.write(f"  第一次使用：打开 {address}setup/?token={setup_token()} 建立管理员和园区。")
        elif settings.DEMO:
            self.stdout.write(f"  演示账号（密码均为 {PASSWORD}）：")
            for login in LOGINS:
                self.stdout.write(f"    {login.key}  {login.says}")
        self.stdout.write("  Ctrl-C 结束全部进程。\n")
