"""The officers' home: what is due today, what is going wrong, the first figures of Table 1; and how an empty park begins."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from hrpark.accounts import permissions as people
from hrpark.accounts.models import Park
from hrpark.accounts.queries import people_of, waiting_memberships
from hrpark.admission.models import Condition
from hrpark.admission.queries import (
    address_left,
    conditions_in,
    exits_in,
    filings_in,
    late_conditions,
    late_filings,
    reported,
    starts_in,
)
from hrpark.cases import permissions as cases
from hrpark.cases.kinds import KINDS
from hrpark.cases.queries import inbox, open_follow_ups, open_opinions, overdue, waiting_for_desk
from hrpark.cases.rules import day_of
from hrpark.evaluation import permissions as evaluation
from hrpark.evaluation.models import State as RoundState
from hrpark.evaluation.queries import rounds_for, table_of
from hrpark.institutions import permissions as institutions
from hrpark.institutions.queries import (
    expiring,
    institutions_in,
    lapsed,
    now_without,
    soon_without,
    unseen,
    unseen_credentials,
    unseen_licences,
    warning_days,
    without_permit,
)
from hrpark.notices.queries import unread_count
from hrpark.parks.queries import profile_of, spaces_in
from hrpark.sheets.queries import failed_jobs, waiting_jobs
from hrpark.toolbox.workdays import in_force
from hrpark.web.cockpit import SHOWN, Beginning, Item, Task, figures_of, sorted_tasks, task
from hrpark.web.pages import page
from hrpark.web.settling import START_SOON
from hrpark.web.shell import link, place
from hrpark.web.subjects import address

place("desk", "today", "今日", "desk-home", order=0)
place("desk", "evaluation", "标准与覆盖", "standard", order=80)
place("desk", "settings", "期限与标准值", "portal-parameters", order=80)


@require_safe
@page(door="desk")
def home(request: HttpRequest, park: Park) -> HttpResponse:
    steps = beginning(request, park)
    sees_table = request.standing.may(evaluation.READ, park.pk)
    table = table_of(park, request.today, request.today) if sees_table and steps is None else None
    context = {
        "title": "今日", "park": park, "today": request.today, "steps": steps, "due": sorted_tasks(due(request, park)),
        "wrong": sorted_tasks(going_wrong(request, park)), "table": table,
        "figures": figures_of(table, "desk", park) if table else [], "whole": link("desk-table", park=park.slug),
        "unknown_year": _year_without_holidays(request.today),
    }  # fmt: skip
    return render(request, "desk/home.html", context)


def _page(of: str, pk: object, park: Park) -> str | None:
    return address(of, pk, park=park.slug, door="desk")


def _list(view: str, park: Park, query: str = "") -> str | None:
    href = link(view, park=park.slug)
    return f"{href}{query}" if href else None


# ---------------------------------------------------------------- due today


def due(request: HttpRequest, park: Park) -> Iterable[Task | None]:
    """What waits for an officer, each with its nearest deadlines."""
    standing, today = request.standing, request.today
    for kind in KINDS:
        waiting = waiting_for_desk(inbox(standing, park, kind=kind.key))
        undecided = waiting.filter(completed_at=None)
        late = overdue(waiting, request.at).count()
        yield task(
            f"{kind.label}待处理",
            undecided.count(),
            "件",
            today=today,
            href=_cases(kind.key, park, "?decided=0&state=submitted&state=checked"),
            says=f"其中 {late} 件已逾期" if late else "",
            items=_by_number(undecided, park),
        )
        decided = waiting.filter(completed_at__isnull=False)
        yield task(
            f"{kind.label}已决定待签协议",
            decided.count(),
            "件",
            today=today,
            href=_cases(kind.key, park, "?state=admitted"),
            items=[Item(item.says, item.href) for item in _by_number(decided, park)],
        )
    handed_in = conditions_in(standing, park).filter(outcome="", handed_in_at__isnull=False)
    yield task(
        "入驻条件待核对", handed_in.count(), "项", today=today, href=_list("desk-conditions", park, "?outcome=open&handed_in=1"),
        says="核对原件：通过，或写明原因退回。", items=_conditions(handed_in, park),
    )  # fmt: skip
    asked = open_opinions(request.user.pk, park)
    yield task(
        "请您会办", asked.count(), "件", today=today, href=_page("opinion", asked[0].pk, park) if asked else None,
        items=[Item(o.case.title, _page("opinion", o.pk, park), o.due_on) for o in asked[:SHOWN]],
    )  # fmt: skip
    if standing.may(cases.OVERSEE, park.pk):
        calls = open_follow_ups(standing, park)
        yield task(
            "差评待回访", calls.count(), "件", today=today, href=_list("desk-follow-ups", park, "?open=1"), says="由经办人以外的人员联系申请人。",
            items=[Item(f.rating.case.title, _page("follow_up", f.pk, park), day_of(f.due_at)) for f in calls[:SHOWN]],
        )  # fmt: skip
    if standing.may(people.PEOPLE_READ, park.pk):
        waiting = waiting_memberships(park, today)
        yield task(
            "经办人待核验", waiting.count(), "人", today=today, href=_list("desk-people", park, "?waiting=1"),
            says="核对授权委托书后，对方才能代表机构办事。",
            items=[Item(f"{m.person.name}（{m.organisation.name}）", _page("membership", m.pk, park)) for m in waiting[:SHOWN]],
        )  # fmt: skip
    if standing.may(institutions.READ, park.pk):
        register, days = institutions_in(standing, park), warning_days(park, today)
        soon = resident_licences(expiring(today, days), park, today).order_by("valid_to", "pk")
        yield task(
            f"{days} 天内有许可证到期", register.filter(soon_without(today, days)).count(), "家", today=today,
            href=_list("desk-institutions", park, "?expiring=1"), says="请提醒机构办理延续。", items=_licences(soon, park),
        )  # fmt: skip
        yield _unseen(register.filter(unseen(today)), park, today)
    jobs = waiting_jobs(standing, park.pk)
    yield task(
        "导入待确认", jobs.count(), "份", today=today, href=_list("desk-imports", park, "?state=uploaded&state=checked"), says="已核对，等您看过预览再写入。",
        items=[Item(j.filename, _page("import", j.pk, park)) for j in jobs[:SHOWN]],
    )  # fmt: skip
    if standing.may(evaluation.RATE, park.pk):
        rounds = rounds_for(standing).filter(park=park, state=RoundState.OPEN).order_by("self_until", "pk")
        yield task(
            "评价待自评", rounds.count(), "轮", today=today, href=_list("desk-rounds", park, "?state=open"),
            items=[Item(r.name, _page("round", r.pk, park), r.self_until, natural=True) for r in rounds[:SHOWN]],
        )  # fmt: skip
    told = reported(starts_in(standing, park))
    yield task(
        "开业报告待核实", told.count(), "家", today=today, href=_list("desk-starts", park, "?reported=1"),
        says="机构报告已进人、开业并附证明；核实后登记，不符的退回。", items=_starts(told, park), tone="soon",
    )  # fmt: skip
    coming = starts_in(standing, park).filter(outcome="", last_day__range=(today, today + START_SOON))
    yield task(
        "开业期限将到", coming.count(), "家", today=today, href=_list("desk-starts", park, "?soon=1"),
        says="签订入驻协议后应在期限内进人、开业（4.3.1.2 b），请到现场核对。", items=_starts(coming, park),
    )  # fmt: skip
    left = address_left(exits_in(standing, park)).order_by("address_by", "pk")
    yield task(
        "退园后待迁出地址", left.count(), "家", today=today, href=_list("desk-exits", park, "?address=1"), says="机构已退园，注册地址还在园区。",
        items=[Item(str(e), _page("exit", e.pk, park), e.address_by, natural=True) for e in left[:SHOWN]],
    )  # fmt: skip
    yield task("未读通知", unread_count(request.user), "条", today=today, href=link("account-notices"), tone="off")


def _starts(found, park: Park) -> list[Item]:
    return [
        Item(s.agreement.application.institution.name, _page("start", s.pk, park), s.last_day, natural=True)
        for s in found[:SHOWN]
    ]


def _cases(kind: str, park: Park, query: str) -> str | None:
    """The list of a kind of request, narrowed; requests that are no applications have one list."""
    if kind == "admission":
        return _list("desk-admissions", park, query)
    return _list("desk-cases", park, f"?kind={kind}&late=1" if query == "?late=1" else f"?kind={kind}&open=1&ball=desk")


def _by_number(cases, park: Park) -> list[Item]:
    return [
        Item(
            f"{c.number} {c.institution.name if c.institution else c.title}",
            _case_page(c, park),
            day_of(c.due_at),
            natural=c.item.clock == "natural",
        )
        for c in cases[:SHOWN]
    ]


def _case_page(case, park: Park) -> str | None:
    application = getattr(case, "application", None) if case.kind == "admission" else None
    return _page("application", application.pk, park) if application else _page("case", case.pk, park)


def resident_licences(found, park: Park, today):
    """Of these permits, those of institutions that are in the park today."""
    return found.filter(institution__park=park, institution__in=park.institutions.resident_on(today)).select_related(
        "institution"
    )


def _unseen(waiting, park: Park, today) -> Task | None:
    """What residents entered or changed themselves, and nobody has compared with its original."""
    papers = [
        (of, tab, rows.filter(institution__in=waiting).select_related("institution").order_by("pk"))
        for of, tab, rows in (("许可", "licences", unseen_licences(today)), ("资质", "credentials", unseen_credentials(today)))
    ]
    counts = "、".join(f"{of} {n} 份" for of, _, rows in papers if (n := rows.count()))
    items = [
        Item(f"{x.institution.name}：{x.get_kind_display()}", f"{_page('institution', x.institution_id, park)}?tab={tab}")
        for _, tab, rows in papers
        for x in rows[:SHOWN]
    ]
    return task(
        "待核验的许可与资质", waiting.count(), "家", today=today, href=_list("desk-institutions", park, "?unseen=1"),
        says=f"{counts}；核对原件后才计入统计。", items=items,
    )  # fmt: skip


def _licences(found, park: Park) -> list[Item]:
    return [
        Item(
            f"{x.institution.name}：{x.get_kind_display()}",
            _page("institution", x.institution_id, park),
            x.valid_to,
            natural=True,
        )
        for x in found[:SHOWN]
    ]


# ---------------------------------------------------------------- going wrong


def going_wrong(request: HttpRequest, park: Park) -> Iterable[Task | None]:
    """What should not be: past its last day, or without what the law asks for."""
    standing, today = request.standing, request.today
    for kind in KINDS:
        late = overdue(inbox(standing, park, kind=kind.key), request.at)
        yield task(
            f"{kind.label}已逾期",
            late.count(),
            "件",
            today=today,
            href=_cases(kind.key, park, "?late=1"),
            tone="late",
            items=_by_number(late, park),
        )
    if standing.may(institutions.READ, park.pk):
        over = resident_licences(lapsed(today), park, today).order_by("-valid_to", "pk")
        yield task(
            "许可证已过期", institutions_in(standing, park).filter(now_without(today)).count(), "家", today=today, href=_list("desk-institutions", park, "?expired=1"), tone="late",
            says="在园机构的许可过期后没有新的同类许可。", items=_licences(over, park),
        )  # fmt: skip
        bare = without_permit(park, today)
        yield task(
            "没有有效许可的在园机构", bare.count(), "家", today=today, href=_list("desk-institutions", park, "?permitted=0"),
            tone="soon", says="没有已核验的许可或备案，核清之前统计会标出。",
            items=[Item(i.name, _page("institution", i.pk, park)) for i in bare.order_by("name")[:SHOWN]],
        )  # fmt: skip
    over = starts_in(standing, park).filter(outcome="", last_day__lt=today)
    yield task(
        "开业期限已过", over.count(), "家", today=today, href=_list("desk-starts", park, "?over=1"), tone="late",
        says="核实后登记开业，或约谈、终止协议。", items=_starts(over, park),
    )  # fmt: skip
    unmet = late_conditions(conditions_in(standing, park), today)
    yield task(
        "入驻条件已逾期", unmet.count(), "项", today=today, href=_list("desk-conditions", park, "?over=1"), tone="late",
        says="联系对方：延期一次、约谈，或撤销准予。", items=_conditions(unmet, park),
    )  # fmt: skip
    unsent = late_filings(filings_in(standing, park), today)
    yield task(
        "入驻报备逾期未报送", unsent.count(), "件", today=today, href=_list("desk-filings", park, "?late=1"), tone="late",
        items=[Item(f.agreement.application.institution.name, _page("filing", f.pk, park), f.due_on) for f in unsent[:SHOWN]],
    )  # fmt: skip
    failed = failed_jobs(standing, park.pk)
    yield task(
        "导入未成功", failed.count(), "份", today=today, href=_list("desk-imports", park, "?state=failed"), tone="late", says="没有写入任何内容。",
        items=[Item(j.filename, _page("import", j.pk, park)) for j in failed[:SHOWN]],
    )  # fmt: skip
    if standing.may(evaluation.RATE, park.pk):
        past = rounds_for(standing).filter(park=park, state=RoundState.OPEN, self_until__lt=today).order_by("self_until", "pk")
        yield task(
            "自评已过截止日", past.count(), "轮", today=today, href=_list("desk-rounds", park, "?state=open"), tone="late",
            items=[Item(r.name, _page("round", r.pk, park), r.self_until, natural=True) for r in past[:SHOWN]],
        )  # fmt: skip


def _conditions(found: QuerySet[Condition], park: Park) -> list[Item]:
    return [
        Item(f"{c.application.institution.name}：{c.what}", _page("condition", c.pk, park), c.last_day) for c in found[:SHOWN]
    ]


# ---------------------------------------------------------------- an empty park


def _year_without_holidays(today: date) -> int | None:
    """From November on the coming year, while its arrangement is not known: terms that reach into it are counted by weekends."""
    ahead = today.year + 1
    return ahead if today.month >= 11 and not in_force().knows(date(ahead, 1, 1)) else None


def beginning(request: HttpRequest, park: Park) -> list[Beginning] | None:
    """The first steps of a park without institutions; None as soon as there is one."""
    standing, today = request.standing, request.today
    if not standing.may(institutions.READ, park.pk) or institutions_in(standing, park).exists():
        return None
    colleagues = people_of(park, today).filter(organisation__kind="operator").values("person").distinct().count() > 1
    return [
        Beginning(
            "填写园区档案", "级别、批准文件、运营方和一句话介绍；门户首页和报告都用它。", profile_of(park) is not None,
            _list("desk-park", park), "填写档案",
        ),
        Beginning(
            "登记楼栋、楼层和单元", "有了单元，机构入驻时才能落到位置，同一单元不会给出去两次。", spaces_in(standing, park).exists(),
            _list("desk-spaces", park), "登记空间",
        ),
        Beginning("邀请同事", "每人用自己的账号，谁做了什么才说得清。", colleagues, _list("desk-people", park), "邀请同事"),
        Beginning(
            "导入机构台账", "用您现有的 Excel 或 CSV 就行，不必改格式；先看预览，确认后才写入。", False, _list("desk-imports", park), "上传台账",
        ),
    ]  # fmt: skip
