"""事项: what a kind of request asks for and promises, version by version; officers write the next one (5.3, 6.2.1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from hrpark.accounts.models import Park
from hrpark.cases import actions, permissions, rules
from hrpark.cases.kinds import KINDS, CaseKind
from hrpark.cases.models import Clock, Item
from hrpark.cases.queries import form_of, item_in_force, score_form_in_force
from hrpark.standard.kinds import cites
from hrpark.toolbox.errors import NotFound
from hrpark.web import requests
from hrpark.web.case_figures import kind_here, readable
from hrpark.web.forms import Day, Form, Group, Kept, Whole, handle
from hrpark.web.item_form import ItemForm
from hrpark.web.jinja import url
from hrpark.web.pages import deed_key, page
from hrpark.web.shell import place
from hrpark.web.subjects import page_of

READ, ITEMS_EDIT = permissions.READ, permissions.ITEMS_EDIT
FORM_METHODS = ["GET", "HEAD", "POST"]
#: So many fields and documents can be added at a time; what stays empty is none.
NEW_FIELDS, NEW_MATERIALS = 3, 2
PLAIN = ("title", "words", "clock", "first_response_days", "completion_days", "desk", "since")

page_of("item", desk="desk-item-version")
place("desk", "settings", "事项", "desk-items", READ, order=58)


@page(READ, door="desk")
@require_safe
@cites("5.3", "6.2.1", label="事项的指南、材料与时限")
def items(request: HttpRequest, park: Park) -> HttpResponse:
    rows = [(KINDS.get(key), item_in_force(key, park, request.today)) for key in readable(request.standing, park)]
    return render(
        request, "desk/items.html", {"title": "事项", "park": park, "rows": [(k, i, requests.promise_of(i)) for k, i in rows]}
    )


def _history(park: Park, key: str) -> list[Item]:
    """Every stored version that holds or held here: the park's own, and the installation's."""
    return list(Item.objects.filter(key=key, park__isnull=True) | Item.objects.filter(key=key, park=park))


def _item_page(request: HttpRequest, park: Park, kind: CaseKind, item: Item) -> HttpResponse:
    now = item_in_force(kind.key, park, request.today)
    history = sorted(_history(park, kind.key), key=lambda i: (i.park_id is not None, i.version), reverse=True)
    context = {
        "title": item.title, "park": park, "kind": kind, "item": item, "words": requests.paragraphs(item.words), "promise": requests.promise_of(item),
        "form": form_of(item), "type_words": rules.TYPE_WORDS, "history": history, "in_force": item.pk == now.pk, "now": now, "may_edit": request.standing.may(ITEMS_EDIT, park.pk),
        "scores": score_form_in_force(kind.key, park, request.today), "coming": item.since > request.today,
    }  # fmt: skip
    return render(request, "desk/item.html", context)


@page(READ, door="desk")
@require_safe
def item(request: HttpRequest, park: Park, kind: str) -> HttpResponse:
    """The version that holds today, and all others."""
    found = kind_here(request, park, kind)
    return _item_page(request, park, found, item_in_force(kind, park, request.today))


@page(READ, door="desk")
@require_safe
def item_version(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    found = next(iter(Item.objects.filter(pk=pk, park=park) | Item.objects.filter(pk=pk, park__isnull=True)), None)
    if found is None:
        raise NotFound()
    return _item_page(request, park, kind_here(request, park, found.key), found)


# ---------------------------------------------------------------- the next version


def _whole(own: Iterable[Mapping], now: Iterable[Mapping]) -> list[dict]:
    """The rows of a version with those that the kind has got since."""
    found = [deepcopy(dict(row)) for row in now]
    return found + [deepcopy(dict(row)) for row in own if row["key"] not in {f["key"] for f in found}]


class Draft:
    """A version as it is being written: the rows there are, the boxes for each and for new ones, and what came of them."""

    def __init__(self, kind: CaseKind, base: Item):
        self.base = base
        self.own = {f["key"] for f in kind.rests_on()}
        if kind.form_read:
            self.own |= {m["key"] for m in kind.item.materials}
        self.fields = _whole(kind.rests_on(), base.fields)
        self.materials = [dict(row) for row in base.materials]
        self.shown = [f for f in self.fields if not f.get("fixed")]
        self.takes_files = not kind.secret

    def types(self, row: Mapping) -> dict[str, str]:
        """What the field may become; of one that the kind reads nothing but a longer or shorter text."""
        if row["key"] not in self.own:
            return rules.TYPE_WORDS
        return {t: rules.TYPE_WORDS[t] for t in rules.WORDED} if row.get("type", "text") in rules.WORDED else {}

    def boxes(self) -> tuple[dict[str, forms.Field], list[Group]]:
        made: dict[str, forms.Field] = {}
        groups = []
        for row in self.shown:
            groups.append(
                self._group(
                    made, f"字段：{row['label']}", f"f.{row['key']}", self._field(row, self.types(row), row["key"] in self.own)
                )
            )
        for n in range(NEW_FIELDS):
            lead = "排在表单最后；不用的留空。" if n == 0 else ""
            groups.append(
                self._group(made, f"新增字段 {n + 1}", f"nf.{n}", self._field({}, rules.TYPE_WORDS, True, new=True), lead)
            )
        for row in self.materials:
            groups.append(
                self._group(made, f"材料：{row['title']}", f"m.{row['key']}", self._material(keep=row["key"] in self.own))
            )
        for n in range(NEW_MATERIALS if self.takes_files else 0):
            lead = "收 PDF、JPG、PNG；不用的留空。" if n == 0 else ""
            groups.append(self._group(made, f"新增材料 {n + 1}", f"nm.{n}", self._material(keep=True, new=True), lead))
        return made, groups

    def _group(self, made: dict, title: str, at: str, boxes: dict[str, forms.Field], lead: str = "") -> Group:
        made |= {f"{at}.{name}": box for name, box in boxes.items()}
        return Group(title, tuple(f"{at}.{name}" for name in boxes), lead)

    def _field(self, row: Mapping, types: Mapping[str, str], keep: bool, new: bool = False) -> dict[str, forms.Field]:
        boxes: dict[str, forms.Field] = {"label": forms.CharField(label="字段名称", max_length=60, required=not new)}
        if types:
            boxes["type"] = forms.ChoiceField(label="类型", choices=list(types.items()))
        if row.get("type") in rules.CHOOSING or len(types) > len(rules.WORDED):
            boxes["choices"] = forms.CharField(
                label="选项", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 4}), help_text="每行一个；单选、多选必填，其他类型不填。"
            )  # fmt: skip
        boxes["help"] = forms.CharField(label="填写说明", required=False, max_length=200)
        boxes["required"] = forms.BooleanField(label="必填", required=False)
        return boxes if keep else {**boxes, "drop": forms.BooleanField(label="删去这个字段", required=False)}

    def _material(self, keep: bool, new: bool = False) -> dict[str, forms.Field]:
        boxes = {
            "title": forms.CharField(label="材料名称", max_length=60, required=not new),
            "says": forms.CharField(label="说明", required=False, max_length=200),
            "required": forms.BooleanField(label="必交", required=False),
        }
        if new:
            boxes["personal"] = forms.BooleanField(label="含个人信息，只有申请人和受理窗口能看", required=False)
        return boxes if keep else {**boxes, "drop": forms.BooleanField(label="删去这项材料", required=False)}

    def initial(self) -> dict[str, Any]:
        first: dict[str, Any] = {}
        for row in self.shown:
            lines = "\n".join(str(label) for _, label in row.get("choices", ()))
            first |= {f"f.{row['key']}.{part}": row.get(part, "") for part in ("label", "help", "required")}
            first |= {f"f.{row['key']}.type": row.get("type", "text"), f"f.{row['key']}.choices": lines}
        for row in self.materials:
            first |= {f"m.{row['key']}.{part}": row.get(part, "") for part in ("title", "says", "required")}
        return first

    def written(self, given: Mapping[str, Any]) -> tuple[list[dict], list[dict]]:
        """Fields and materials as they were typed; a new one takes the next free key, and the last step of the form."""
        keys = {row["key"] for row in (*self.fields, *self.materials)}

        def new_key() -> str:
            key = next(k for n in range(1, 1000) if (k := f"x{n}") not in keys)
            keys.add(key)
            return key

        fields = [self._typed(row, f"f.{row['key']}", given) for row in self.fields if not given.get(f"f.{row['key']}.drop")]
        group = self.shown[-1].get("group", "") if self.shown else ""
        for n in range(NEW_FIELDS):
            if given.get(f"nf.{n}.label"):
                fields.append(self._typed({"key": new_key(), **({"group": group} if group else {})}, f"nf.{n}", given))
        materials = [
            self._typed(row, f"m.{row['key']}", given) for row in self.materials if not given.get(f"m.{row['key']}.drop")
        ]
        materials += [
            self._typed({"key": new_key()}, f"nm.{n}", given) for n in range(NEW_MATERIALS) if given.get(f"nm.{n}.title")
        ]  # fmt: skip
        return fields, materials

    def _typed(self, row: Mapping, at: str, given: Mapping[str, Any]) -> dict[str, Any]:
        made = dict(row)
        for part in ("label", "type", "help", "required", "title", "says", "personal"):
            if f"{at}.{part}" in given:
                made[part] = given[f"{at}.{part}"]
        if made.get("type") == "long" and row.get("type") != "long":
            made["max"] = max(made.get("max", 0), 1000)
        if f"{at}.choices" in given:
            made.pop("choices", None)
            if made.get("type") in rules.CHOOSING:
                made["choices"] = rules.choices_of(given[f"{at}.choices"], row.get("choices", ()))
        return made


def _form_of(draft: Draft) -> type[Form]:
    made, groups = draft.boxes()

    class VersionForm(Form):
        title = forms.CharField(label="事项名称", max_length=60)
        words = forms.CharField(
            label="办事指南",
            widget=forms.Textarea(attrs={"rows": 8}),
            max_length=8000,
            help_text="每行一段，公开显示在填写页上方。",
        )
        clock = forms.ChoiceField(label="计时方式", choices=Clock.choices, widget=forms.RadioSelect(attrs={"data-inline": "1"}))
        first_response_days = Whole(label="首次答复时限", unit="日", min_value=1, max_value=365)
        completion_days = Whole(label="办结时限", unit="日", min_value=1, max_value=1000)
        desk = forms.CharField(label="受理窗口", max_length=40)
        since = Day(label="启用日期", help_text="此前收的办件仍按原版本办理。")

        def __init__(self, *args: Any, **kwargs: Any):
            self.base_fields = {**self.base_fields, **made}
            super().__init__(*args, **kwargs)

    VersionForm.groups = (Group("指南与时限", PLAIN), *groups)
    return VersionForm


@page(ITEMS_EDIT, door="desk")
@require_http_methods(FORM_METHODS)
def item_edit(request: HttpRequest, park: Park, kind: str) -> HttpResponse:
    """The next version: words, promise, fields and documents, with a look at the form before it is published.

    What rules and pages of the kind read (those fields, their types and choices) stays.
    """
    found = kind_here(request, park, kind)
    base = item_in_force(kind, park, request.today)
    draft = Draft(found, base)
    make, here, name = _form_of(draft), url("desk-item", park=park.slug, kind=found.key), f"item:{park.pk}:{kind}"
    initial = {**{part: getattr(base, part) for part in PLAIN}, "since": request.today, **draft.initial()}
    page_says = {
        "title": f"修改事项：{base.title}", "submit": "发布新版本", "back": here, "lead": f"现行版本：{base}，{base.since:%Y-%m-%d} 起。", "preview": None,
    }  # fmt: skip

    def act(form: Form) -> Item:
        fields, materials = draft.written(form.cleaned_data)
        plain = {part: form.cleaned_data[part] for part in PLAIN}
        return actions.publish_item(
            actor=request.user,
            at=request.at,
            key=deed_key(request),
            park=park,
            kind=kind,
            fields=fields,
            materials=materials,
            **plain,
        )

    if request.method == "POST" and "_preview" in request.POST:
        form = make(data=request.POST, initial=initial)
        if form.is_valid():
            page_says["preview"] = _preview(request, form, draft, *draft.written(form.cleaned_data))
        context = {**page_says, "form": form, "kept": Kept(name), "park": park}
        return render(request, "desk/item_edit.html", context, status=422 if form.errors else 200)
    return handle(
        request, make, done="新版本已发布，自启用日期起生效。", then=lambda _: here, initial=initial, act=act, draft=name, template="desk/item_edit.html", **page_says
    )  # fmt: skip


def _preview(
    request: HttpRequest, form: Form, draft: Draft, fields: list[dict], materials: list[dict]
) -> dict[str, Any] | None:
    """The form as an applicant would see it; None when it can't be one, and the editor says why."""
    wrong = rules.wrong_specs(fields, materials) or rules.lost_specs(KINDS.get(draft.base.kind).rests_on(), fields)
    if wrong:
        form.add_error(None, wrong)
        return None
    spec = rules.Form.of(fields, materials)
    drawn = ItemForm(spec.fields, today=request.today, about={}, rows={}, together=True, prefix="preview")
    return {"form": drawn, "words": requests.paragraphs(form.cleaned_data["words"]), "materials": spec.materials}
