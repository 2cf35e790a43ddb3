"""The one mechanism of every form: labels and help as LOOK.md says, drafts, errors at the field and summed on top.

    class InstitutionForm(Form):
        groups = (Group("基本信息", ("name", "uscc")), Group("经营", ("area", "since"), "入驻时填写。"))
        name = forms.CharField(label="机构名称", max_length=120)
        area = Number(label="租用面积", unit="㎡", required=False)

    @page(permissions.WRITE, door="desk")
    def institution_new(request, park):
        return handle(
            request, InstitutionForm, title="登记机构", submit="登记机构", draft=f"institution.new:{park.pk}",
            act=lambda form: add_institution(
                actor=request.user, at=request.at, key=deed_key(request), park=park, **form.cleaned_data
            ),
            then=lambda made: url("desk-institution", park=park.slug, pk=made.pk), done="已登记。",
        )

What was typed is never lost: a refused form comes back as it was typed, an unfinished one is kept as a draft.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse

from hrpark.accounts.actions import drop_draft, save_draft
from hrpark.accounts.queries import kept_draft
from hrpark.toolbox.errors import Conflict, HrparkError, Refused

from . import jinja
from .pages import drawn_for_this_person

#: Never part of a draft.
PRIVATE = frozenset({"csrfmiddlewaretoken", "deed_key", "_draft"})


# ---------------------------------------------------------------- fields


def halfwidth(text: str) -> str:
    """What people paste out of documents: full-width digits and signs, thousands commas, spaces."""
    return unicodedata.normalize("NFKC", text).replace(",", "").replace(" ", "").strip()


class Number(forms.DecimalField):
    """A number as it is written, commas and full-width digits forgiven; ``unit`` stands behind the box."""

    widget = forms.TextInput

    def __init__(self, *, unit: str = "", **kwargs: Any):
        self.unit = unit
        super().__init__(**kwargs)
        self.widget.attrs.setdefault("inputmode", "decimal")

    def to_python(self, value: Any) -> Any:
        return super().to_python(halfwidth(value) if isinstance(value, str) else value)


class Whole(forms.IntegerField):
    """A whole number, as forgiving as Number."""

    widget = forms.TextInput

    def __init__(self, *, unit: str = "", **kwargs: Any):
        self.unit = unit
        super().__init__(**kwargs)
        self.widget.attrs.setdefault("inputmode", "numeric")

    def to_python(self, value: Any) -> Any:
        return super().to_python(halfwidth(value) if isinstance(value, str) else value)


class Money(Number):
    """An amount of yuan with two decimals, or in 万元 when ``unit`` says so; stored as it is typed."""

    def __init__(self, *, unit: str = "元", **kwargs: Any):
        kwargs.setdefault("decimal_places", 2)
        kwargs.setdefault("max_digits", 16)
        super().__init__(unit=unit, **kwargs)


#: As toolbox.dates reads days: a year outside is a slip of the pen.
FIRST_YEAR, LAST_YEAR = 1900, 2199


class Day(forms.DateField):
    """A day, by the browser's own picker, or typed in the ways people write it."""

    input_formats = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d")

    def __init__(self, **kwargs: Any):
        kwargs.setdefault("widget", forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Any:
        day = super().to_python(halfwidth(value) if isinstance(value, str) else value)
        if day is not None and not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise forms.ValidationError(self.error_messages["year"], code="year")
        return day


class File(forms.FileField):
    """A file: says its kinds and size before it is chosen. The real type is looked at by the room that stores it."""

    def __init__(self, *, kinds: Sequence[str] = ("pdf", "jpg", "jpeg", "png"), most: int | None = None, **kwargs: Any):
        self.kinds = tuple(kinds)
        self.most = most or settings.UPLOAD_MAX_BYTES
        super().__init__(**kwargs)
        self.widget.attrs.update(accept=",".join(f".{k}" for k in self.kinds), **{"data-most": str(self.most)})

    @property
    def rule(self) -> str:
        return f"{self._kinds()}，不超过 {jinja.size(self.most)}"

    def _kinds(self) -> str:
        return "、".join(k.upper() for k in self.kinds if k != "jpeg" or "jpg" not in self.kinds)

    def clean(self, data: Any, initial: Any = None) -> Any:
        given = super().clean(data, initial)
        if given and given is not initial:
            ending = given.name.rpartition(".")[2].lower()
            if ending not in self.kinds:
                raise forms.ValidationError(f"“{given.name}”不是 {self._kinds()} 文件，请换一份。")
            if given.size > self.most:
                raise forms.ValidationError(
                    f"“{given.name}”有 {jinja.size(given.size)}，超过 {jinja.size(self.most)}，请压缩后再上传。"
                )
        return given


class FileInput(forms.FileInput):
    """Several files at once."""

    allow_multiple_selected = True


class Files(File):
    """Several files of one matter: the pages of a scan. Cleaned to a list."""

    widget = FileInput

    @property
    def rule(self) -> str:
        return f"{self._kinds()}，可选多个，每个不超过 {jinja.size(self.most)}"

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        given = data if isinstance(data, list | tuple) else [data]
        cleaned = [super(Files, self).clean(one, initial) for one in given or [None]]
        return [one for one in cleaned if one]


# ---------------------------------------------------------------- forms


@dataclass(frozen=True)
class Group:
    """Fields that belong together, under a heading."""

    title: str
    fields: tuple[str, ...]
    lead: str = ""


@dataclass(frozen=True)
class Part:
    """A group as it is drawn."""

    title: str
    lead: str
    fields: list[forms.BoundField]


class Sheet:
    """What our forms have beyond Django's: groups, words for errors, attributes for keyboards and readers."""

    groups: tuple[Group, ...] = ()
    use_required_attribute = False
    error_css_class = ""

    def __init__(self, *args: Any, **kwargs: Any):
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for name, one in self.fields.items():
            _tune(one, one.label or name)

    def parts(self) -> list[Part]:
        """The groups in order; fields that no group names come last, so that none is ever lost from sight."""
        named = {name for group in self.groups for name in group.fields}
        found = [Part(g.title, g.lead, [self[n] for n in g.fields if n in self.fields]) for g in self.groups]
        rest = [f for f in self.visible_fields() if f.name not in named]
        if rest:
            found.append(Part("", "", rest))
        return [part for part in found if part.fields]

    def refuse(self, error: HrparkError) -> None:
        """Put what the domain said at the field it is about, or on top."""
        self.add_error(error.field if error.field in self.fields else None, error.message)

    def answers(self) -> list[tuple[str, str]]:
        """What was answered, in words, for a check-your-answers page. Needs a valid form."""
        return [(str(f.label), said(f.field, self.cleaned_data.get(f.name))) for f in self.visible_fields()]


class Form(Sheet, forms.Form):
    """A form of the house."""


class ModelForm(Sheet, forms.ModelForm):
    """Fields taken from a model; saved by an action, never by ``save()``."""


def _tune(one: forms.Field, label: str) -> None:
    """Chinese that says what to do, the right class, keyboard and completion."""
    chosen = isinstance(one, forms.ChoiceField | forms.ModelChoiceField)
    verb = (
        "请上传" if isinstance(one, forms.FileField) else "请选择" if chosen or isinstance(one, forms.DateField) else "请填写"
    )
    one.error_messages["required"] = f"请勾选“{label}”。" if isinstance(one, forms.BooleanField) else f"{verb}{label}。"
    one.error_messages |= {
        "max_length": f"“{label}”最多%(limit_value)d个字，现有%(show_value)d个，请缩短。",
        "min_length": f"“{label}”至少%(limit_value)d个字，现有%(show_value)d个，请补全。",
        "max_value": f"“{label}”不能大于%(limit_value)s，请核对。",
        "min_value": f"“{label}”不能小于%(limit_value)s，请核对。",
        "max_digits": f"“{label}”的数字太长，请核对是否多写了几位。",
        "max_whole_digits": f"“{label}”的数字太大，请核对是否多写了几位。",
        "max_decimal_places": f"“{label}”最多%(max)s位小数，请四舍五入后填写。",
        "null_characters_not_allowed": f"“{label}”里有看不见的字符，请删去后重新填写。",
    }
    if chosen:
        one.error_messages["invalid_choice"] = f"“{label}”的选项已有变化，请重新选择。"
    if isinstance(one, forms.DateField) and not isinstance(one, forms.DateTimeField):
        one.error_messages["invalid"] = f"“{label}”应为一个日期，请按 2026-11-23 的样子填写。"
        one.error_messages["year"] = f"“{label}”的年份应在{FIRST_YEAR}年至{LAST_YEAR}年之间，请核对。"
    elif isinstance(one, forms.IntegerField) and not isinstance(one, forms.DecimalField | forms.FloatField):
        one.error_messages["invalid"] = f"“{label}”应为整数，请只填数字，例如 1200。"
    elif isinstance(one, forms.DecimalField | forms.FloatField):
        one.error_messages["invalid"] = f"“{label}”应为数字，例如 1200 或 1200.50。"
    elif isinstance(one, forms.EmailField):
        one.error_messages["invalid"] = f"“{label}”不像一个邮箱地址，请核对，例如 name@example.cn。"
    attrs = one.widget.attrs
    if isinstance(one.widget, forms.Select) and not isinstance(one.widget, forms.RadioSelect):
        attrs.setdefault("class", "form-select")
    elif isinstance(one.widget, forms.TextInput | forms.Textarea | forms.DateInput | forms.PasswordInput):
        attrs["class"] = f"form-control {attrs.get('class', '')}".strip()
    if isinstance(one, forms.EmailField):
        attrs.setdefault("inputmode", "email")
    if isinstance(one.widget, forms.Textarea):
        attrs["rows"] = 4 if attrs.get("rows") in (None, "10") else attrs["rows"]


def said(one: forms.Field, value: Any) -> str:
    """A cleaned value in words."""
    if value in (None, "", []):
        return "未填"
    if isinstance(one, forms.BooleanField):
        return "是" if value else "否"
    if isinstance(one, forms.ModelMultipleChoiceField):
        return "、".join(str(v) for v in value) or "未填"
    if isinstance(one, forms.MultipleChoiceField):
        labels = {str(k): v for k, v in one.choices}
        return "、".join(str(labels.get(str(v), v)) for v in value)
    if isinstance(one, forms.ChoiceField) and not isinstance(one, forms.ModelChoiceField):
        return str({str(k): v for k, v in one.choices}.get(str(value), value))
    if isinstance(value, datetime):
        return jinja.moment(value)
    if isinstance(value, date):
        return jinja.day(value)
    if isinstance(one, forms.FileField):
        return value.name
    if isinstance(one, forms.IntegerField):
        return f"{jinja.number(value)} {getattr(one, 'unit', '')}".strip()
    return str(value)


# ---------------------------------------------------------------- drafts


def draft_body(given: QueryDict) -> dict[str, list[str]]:
    """What of a POST is kept as a draft: every typed value, in lists, without tokens and without what no database takes (NUL)."""
    kept = {name: given.getlist(name) for name in given if name not in PRIVATE and not name.startswith("password")}
    return {name.replace("\0", ""): [value.replace("\0", "") for value in values] for name, values in kept.items()}


def draft_data(body: dict[str, list[str]]) -> QueryDict:
    """A draft as if it had been handed in."""
    data = QueryDict(mutable=True)
    for name, values in body.items():
        data.setlist(name, values)
    return data


def draft_initial(form: forms.BaseForm, body: dict[str, list[str]]) -> dict[str, Any]:
    """A draft as the initial values of a form that has not been handed in."""
    data, initial = draft_data(body), {}
    for name, one in form.fields.items():
        if isinstance(one, forms.FileField):
            continue
        key = form.add_prefix(name)
        value = one.widget.value_from_datadict(data, {}, key)
        if not one.widget.value_omitted_from_data(data, {}, key):
            initial[name] = value
    return initial


@dataclass
class Kept:
    """The draft of a form on a page: where it is saved, and when the shown one was kept."""

    key: str
    url: str = field(init=False)
    at: datetime | None = None

    def __post_init__(self) -> None:
        self.url = reverse("account-draft", kwargs={"form": self.key})


# ---------------------------------------------------------------- a page with one form


def handle(
    request: HttpRequest,
    make: Callable[..., Any],
    *,
    act: Callable[[Any], Any],
    then: Callable[[Any], str],
    title: str,
    submit: str,
    done: str | Callable[[Any], str] = "",
    draft: str = "",
    initial: dict[str, Any] | None = None,
    back: str = "",
    template: str = "parts/form_page.html",
    **context: Any,
) -> HttpResponse:
    """Draw a form (with its draft), or take it: validate, act, say so, go on. A refusal lands at its field.

    ``make`` is a form class, or a function with its parameters ``data``, ``files``, ``initial``.
    """
    kept = Kept(draft) if draft and request.user.is_authenticated else None
    status = 200
    if request.method == "POST":
        asked = request.POST.get("_draft")
        if kept and asked in ("keep", "drop"):
            drawn_for_this_person(request)
            return _keep_or_drop(request, kept, asked)
        form = make(data=request.POST, files=request.FILES, initial=initial)
        result = attempt(form, act)
        if result is not None:
            if kept:
                drop_draft(person=request.user, form=kept.key)
            if done:
                messages.success(request, done(result) if callable(done) else done)
            return HttpResponseRedirect(then(result))
        status = 422
    else:
        form = make(initial=initial)
        if kept and (row := kept_draft(request.user, kept.key)):
            kept.at = row.saved_at
            form = make(initial={**(initial or {}), **draft_initial(form, row.body)})
    return render(
        request,
        template,
        {"form": form, "kept": kept, "title": title, "submit": submit, "back": back, "park": request.park, **context},
        status=status,
    )


def attempt(form: Any, act: Callable[[Any], Any]) -> Any:
    """Act on a valid form; None when it was refused, and the form then says why."""
    if not form.is_valid():
        return None
    try:
        return act(form)
    except (Refused, Conflict) as error:
        form.refuse(error)
        return None


def _keep_or_drop(request: HttpRequest, kept: Kept, asked: str) -> HttpResponse:
    if asked == "keep":
        save_draft(person=request.user, form=kept.key, body=draft_body(request.POST), at=request.at)
        messages.success(request, "草稿已保存，下次打开本页会接着填写。已选择的文件不会保存，请提交前再选。")
    else:
        drop_draft(person=request.user, form=kept.key)
        messages.info(request, "草稿已清除。")
    return HttpResponseRedirect(request.get_full_path())


# ---------------------------------------------------------------- a long form in steps


@dataclass(frozen=True)
class Step:
    """One page of a long form. ``make`` as in handle()."""

    key: str
    title: str
    make: Callable[..., Any]


CHECK = "check"


def walk(
    request: HttpRequest,
    steps: Sequence[Step],
    *,
    draft: str,
    act: Callable[[dict[str, Any]], Any],
    then: Callable[[Any], str],
    title: str,
    submit: str,
    done: str = "",
    initial: dict[str, Any] | None = None,
    back: str = "",
    template: str = "parts/steps_page.html",
    **context: Any,
) -> HttpResponse:
    """A form in steps, each kept as a draft, with a page to check the answers before they are handed in.

    ``?step=`` names the step; ``act`` gets the valid forms by step key. Steps have no file fields: files are handed in
    on a page of their own, where they are stored at once.
    """
    person = request.user
    keys = [step.key for step in steps]
    bodies = {s.key: (row.body if (row := kept_draft(person, f"{draft}#{s.key}")) else None) for s in steps}
    first_open = next((k for k in keys if bodies[k] is None), CHECK)
    now = request.GET.get("step", "")
    if now not in (*keys, CHECK) or (now == CHECK and first_open != CHECK):
        now = first_open if now == CHECK or first_open == CHECK else keys[0] if bodies[keys[0]] is None else first_open
    status, form, forms_by = 200, None, {}
    if now == CHECK:
        forms_by = {s.key: s.make(data=draft_data(bodies[s.key]), initial=initial) for s in steps}
        wrong = next((k for k in keys if not forms_by[k].is_valid()), None)
        if wrong:
            now, form, status = wrong, forms_by[wrong], 422
        elif request.method == "POST":
            try:
                result = act(forms_by)
            except (Refused, Conflict) as error:
                now = next((k for k in keys if error.field in forms_by[k].fields), keys[-1])
                form, status = forms_by[now], 422
                form.refuse(error)
            else:
                for key in keys:
                    drop_draft(person=person, form=f"{draft}#{key}")
                if done:
                    messages.success(request, done)
                return HttpResponseRedirect(then(result))
    else:
        step = steps[keys.index(now)]
        if request.method == "POST":
            drawn_for_this_person(request)
            form = step.make(data=request.POST, initial=initial)
            keep = request.POST.get("_draft") == "keep"
            if keep or form.is_valid():
                save_draft(person=person, form=f"{draft}#{now}", body=draft_body(request.POST), at=request.at)
                after = [*keys, CHECK][keys.index(now) + 1]
                going = now if keep else CHECK if first_open == CHECK else after
                return HttpResponseRedirect(f"{request.path}?step={going}")
            status = 422
        else:
            form = step.make(initial=initial)
            if bodies[now] is not None:
                form = step.make(initial={**(initial or {}), **draft_initial(form, bodies[now])})
    stand = [*keys, CHECK].index(now)
    marks = [
        (s.title, f"{request.path}?step={s.key}" if bodies[s.key] is not None or i <= stand else "", i - stand)
        for i, s in enumerate(steps)
    ]
    answers = [(s.title, f"{request.path}?step={s.key}", forms_by[s.key].answers()) for s in steps] if now == CHECK else []
    return render(
        request,
        template,
        {
            "form": form, "kept": Kept(f"{draft}#{now}") if now != CHECK else None, "title": title, "submit": submit,
            "back": back, "park": request.park, "marks": [*marks, ("核对并提交", "", len(steps) - stand)], "step": now,
            "heading": "核对并提交" if now == CHECK else steps[stand].title, "answers": answers,
            "before": f"{request.path}?step={keys[stand - 1]}" if stand else "", "action": f"{request.path}?step={now}", **context,
        },
        status=status,
    )  # fmt: skip
