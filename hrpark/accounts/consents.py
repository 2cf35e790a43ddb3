"""What people agree to: one purpose, one wording, one version (PIPL art. 14–17). A changed wording is a new version."""

from __future__ import annotations

from dataclasses import dataclass

from hrpark.toolbox.registry import Registry

from . import vault


@dataclass(frozen=True)
class Purpose:
    """A purpose for which personal data is processed, with the wording now in use. ``key`` stays, ``version`` moves."""

    key: str
    label: str
    version: str
    text: tuple[str, ...]
    #: Without it the account cannot exist; withdrawing it closes the account.
    needed: bool = False

    @property
    def digest(self) -> str:
        return vault.token_digest("\n".join(self.text))


PURPOSES: Registry[Purpose] = Registry("consent purpose")

ACCOUNT = PURPOSES.add(
    "account",
    Purpose(
        key="account",
        label="注册和使用账号",
        version="2026-01",
        text=(
            "我们收集您的姓名和手机号或电子邮箱，用于建立账号、登录、办理您提交的事项和通知办理结果。",
            "登录的时间、网络地址和设备会记录六个月以上，用于保护账号安全（网络安全法第二十一条）。",
            "您办理事项时填写的内容，只由该园区有相应职责的人员查看；不会用于其他目的，也不会提供给第三方，法律另有规定的除外。",
            "您可以随时在“我的账号”中查阅、更正您的信息，或撤回同意并注销账号；撤回不影响此前已依法办理的事项。",
        ),
        needed=True,
    ),
)
