"""Everything that can be opened besides the table's rows as they stand: pages that say more when asked, lists whole, searched and
as a workbook, every attachment, the same pages in 天河; and the proof that what is foreign to some is there to be seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from hrpark.web.dossier import TABS
from hrpark.web.lists import LISTS

from .fields import REACHED
from .identities import READERS, SIGNED_IN
from .knocking import Answer, Visitors
from .stage import MADE
from .table import ROWS

#: Pages that say more when they are asked for it: URL → queries.
ASKED = {
    "desk-institution": [f"?tab={tab}" for tab in TABS],
    "tenant-dossier": [f"?tab={tab}" for tab in TABS],
    "authority-institution": [f"?tab={tab}" for tab in TABS],
    "desk-import": ["?tab=error", "?tab=new", "?tab=changed", "?step=columns", "?q=CANARY"],
    "portal-application": ["?tab=form"],
    "portal-application-form": ["?step=check", "?step=s1", "?step=s2", "?step=s5"],
    "account-notices": ["?unread=1"],
    "desk-search": ["?q=CANARY", "?q=启航"],
    "tenant-search": ["?q=CANARY", "?q=启航"],
    "authority-search": ["?q=CANARY", "?q=启航"],
    "desk-admission": ["?tab=form"],
    "tenant-case": ["?tab=form"],
    "authority-admission": ["?tab=form"],
}  # fmt: skip
#: Words that are kept and that no page shows to anybody.
KEPT_UNSEEN = {
    "机构依据-撤下原因", "机构依据-纪要附件", "机构依据-评估附件",
    "机构-移除文件", "机构-评级附件", "机构-信用附件", "机构-委托书附件", "机构-许可附件", "机构申请-委托附件", "机构草稿-草稿材料", "机构代表-设备",
    "机构-开业证明", "机构-整改证明", "园区-审查附件", "园区-自评附件", "园区-方案依据",
}  # fmt: skip


def further(visitors: Visitors) -> Iterator[tuple[str, Answer]]:
    """(URL, answer) for whoever may open the URL."""
    lists = {one.view: one for one in LISTS}
    for name, row in ROWS.items():
        address, one = visitors.address(name), lists.get(name)
        queries = list(ASKED.get(name.partition("#")[0], []))
        if one is not None:
            whole = f"?size=200&cols={','.join(c.key for c in one.columns)}"
            queries += [whole, f"{whole}&q=CANARY"]
        for query in queries:
            yield from ((name, visitors.visit(letter, address + query)) for letter in row.get)
        if "<slug:park>" in visitors.paths[name.partition("#")[0]]:
            for there, here in (("t", "o"), ("y", "r"), ("z", "s")):
                if here in row.get:
                    yield name, visitors.visit(there, visitors.address(name, "粤才"))
    elsewhere = visitors.stage.estates["启航"].things["elsewhere"]
    for tab in TABS:
        yield "desk-institution", visitors.visit("t", f"/desk/tianhe/institutions/{elsewhere}/?tab={tab}")


def taken(visitors: Visitors) -> Iterator[tuple[str, str, Answer]]:
    """(URL, letter, answer) of every list asked for as a workbook, with all its columns, by whoever may open it."""
    for one in LISTS:
        for letter in ROWS[one.view].get if one.view in ROWS else "":
            address = f"{visitors.address(one.view)}?size=200&cols={','.join(c.key for c in one.columns)}"
            if (letter, f"POST {address}") not in visitors.visited:
                visitors.visited[letter, f"POST {address}"] = visitors.knock(letter, "post", address)
            yield one.view, letter, visitors.visited[letter, f"POST {address}"]


def files(visitors: Visitors) -> Iterator[Answer]:
    """Every attachment on the stage, asked for by everybody; who gets which is declared in fields.py."""
    known = {v for e in visitors.stage.estates.values() for k, v in e.things.items() if k.startswith("file_")}
    for letter in SIGNED_IN:
        for pk in sorted(known):
            yield visitors.visit(letter, f"/account/files/{pk}/")


def unproved(answers: list[Answer]) -> list[str]:
    """Words and numbers that nobody has seen who may: nothing is proved by others not seeing them."""
    seen = {(kind_of(owner), of) for a in answers for owner, of in a.canaries if a.letter in READERS[owner]}
    words = {f"{kind_of(owner)}-{of}" for owner, of in MADE if READERS[owner] and (kind_of(owner), of) not in seen}
    reached = {name for a in answers for name in a.reached if a.letter in REACHED[name]}
    return sorted(words ^ KEPT_UNSEEN) + sorted(set(REACHED) - reached)


def kind_of(owner: str) -> str:
    """启航申请, 智达申请, 粤才申请 are one kind of owner; so are 黄埔 and 天河."""
    kind = re.sub("^(启航|智达|粤才)", "机构", owner)
    return re.sub("^(黄埔|天河)", "园区", kind).replace("经办", "代表")
