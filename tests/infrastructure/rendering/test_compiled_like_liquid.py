"""Compiled templates and python-liquid give the same text, name the same missing data, and fail alike."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from liquid.exceptions import LiquidError

from campaigns.infrastructure.delivery.rendering.compiling import compiled
from campaigns.infrastructure.delivery.rendering.expressions import NotCompiledError
from campaigns.infrastructure.delivery.rendering.language import lenient
from campaigns.infrastructure.delivery.rendering.slots import Slots
from campaigns.infrastructure.delivery.rendering.texts import interpreted, renderable

NAMES = st.sampled_from(["first_name", "age", "vip", "tags", "city", "nothing", "empty_text"])
PATHS = NAMES | st.sampled_from(["city.name", "tags[0]", "tags.size", "tags.first", "tags.last", "city.first", "city.size", "first_name.size", "nothing.x", "x", "x.name", "forloop.index", "forloop.first", "forloop.last", "forloop.rindex0", "forloop.length", "age.y"])  # fmt: skip
LITERALS = st.sampled_from(["'Ann'", "''", "'<b>'", "3", "2.5", "true", "false", "nil", "empty", "blank", "-1"])
OPERATORS = st.sampled_from(["==", "!=", "<", ">", "<=", ">=", "contains"])
FILTERS = st.sampled_from(["upcase", "downcase", "capitalize", "escape", "default: 'friend'", "append: '!'", "prepend: first_name", "size", "strip", "truncate: 5", "replace: 'a', 'b'", "join: ', '", "first", "last", "plus: 1", "times: 2", "date: '%Y-%m-%d'", "default: nil, allow_false: true", "strip_html", "newline_to_br", "url_encode", "split: ' '", "slice: 0, 2", "round"])  # fmt: skip
TEXTS = st.sampled_from(["Hello ", "\n", " ", "<b>&amp;</b>", "{", "}}", "'\"\\", "\u2028é", ""])


def outputs() -> st.SearchStrategy[str]:
    return st.builds(
        lambda value, filters: "{{ " + " | ".join([value, *filters]) + " }}",
        PATHS | LITERALS,
        st.lists(FILTERS, max_size=3),
    )


def conditions() -> st.SearchStrategy[str]:
    value = PATHS | LITERALS
    simple = value | st.builds(lambda *parts: " ".join(parts), value, OPERATORS, value)
    return st.lists(simple, min_size=1, max_size=3).flatmap(
        lambda parts: st.lists(st.sampled_from(["and", "or"]), min_size=len(parts), max_size=len(parts)).map(
            lambda joins: " ".join(x for pair in zip(parts, joins, strict=True) for x in pair).rsplit(" ", 1)[0]
        )
    )


def blocks(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    body = st.lists(inner, max_size=4).map("".join)
    return (
        st.builds(
            "{{% if {} %}}{}{{% elsif {} %}}{}{{% else %}}{}{{% endif %}}".format,
            conditions(),
            body,
            conditions(),
            body,
            body,
        )
        | st.builds("{{% unless {} %}}{}{{% endunless %}}".format, conditions(), body)
        | st.builds("{{% for x in {} %}}{}{{% else %}}{}{{% endfor %}}".format, PATHS | st.just("(1..3)"), body, body)
        | st.builds(
            "{{% for x in {} reversed %}}{}{{% if forloop.index > 1 %}}{{% break %}}{{% endif %}}{{% endfor %}}".format,
            PATHS,
            body,
        )
        | st.builds(
            "{{% for x in tags %}}{{% if {} %}}{{% continue %}}{{% endif %}}{}{{% endfor %}}".format, conditions(), body
        )
        | st.builds("{{% comment %}}{}{{% endcomment %}}".format, st.just("note"))
    )


TEMPLATES = st.lists(st.recursive(TEXTS | outputs(), blocks, max_leaves=12), max_size=6).map("".join)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.floats(-3, 3)
    | st.sampled_from(["", " ", "Ann <b>", "a b", "žluť & co", "2026-01-02", "7"])
)
PEOPLE = st.fixed_dictionaries(
    {},
    optional={
        "first_name": SCALARS,
        "age": SCALARS,
        "vip": SCALARS,
        "empty_text": st.just(""),
        "tags": st.lists(SCALARS | st.fixed_dictionaries({"name": SCALARS}), max_size=4) | SCALARS,
        "city": st.dictionaries(st.sampled_from(["name", "size", "first"]), SCALARS, max_size=3) | SCALARS,
    },
)


def outcome(render: Callable[[], str]) -> str | type[Exception]:
    try:
        return str(render())
    except Exception as error:  # noqa: BLE001 - the kind of failure is what is compared
        return LiquidError if isinstance(error, LiquidError | TypeError) else type(error)


@settings(max_examples=400)
@given(source=TEMPLATES, person=PEOPLE, html=st.booleans())
def test_both_give_the_same_text(source: str, person: dict[str, Any], html: bool) -> None:
    slots = Slots()
    try:
        template = lenient(html=html, seen=set()).from_string(source)
    except LiquidError:
        return  # neither takes it
    fast = compiled(template, slots)
    slow = interpreted(source, html=html, slots=slots)
    missing: set[str] = set()
    assert outcome(lambda: fast(person, missing, None, 1)) == outcome(lambda: slow(person, set(), None, 1))


@pytest.mark.parametrize(
    "source",
    ["{% assign x = 1 %}{{ x }}", "{% capture a %}b{% endcapture %}{{ a }}", "{% case age %}{% when 1 %}a{% else %}b{% endcase %}",
     "{% cycle 'a', 'b' %}", "{{ city[first_name] }}", "{% for x in tags limit: 1 %}{{ x }}{% endfor %}", "{{ 'now' | date: '%Y' }}",
     "{% for x in tags %}{{ forloop.parentloop.index }}{% endfor %}", "{% tablerow x in tags %}{{ x }}{% endtablerow %}", "{{ partial }}"],
)  # fmt: skip
def test_what_is_not_compiled_is_rendered_all_the_same(source: str) -> None:
    person = {"age": 1, "city": {"Ann": "Brno"}, "first_name": "Ann", "tags": ["p", "q"]}
    expected = lenient(html=True, seen=set()).from_string(source).render(person)
    assert renderable(source, html=True)(person, set(), None, 1) == expected


@pytest.mark.parametrize("source", ["{{ nothing }}", "{{ nothing | upcase }}", "{% assign x = 1 %}{{ nothing }}"])
def test_missing_data_is_empty_text_and_is_named(source: str) -> None:
    missing: set[str] = set()
    assert renderable(source, html=False)({}, missing, None, 1) == ""
    assert missing == {"nothing"}


@pytest.mark.parametrize("source", ["{{ nothing | default: 'x' }}", "{% if nothing %}{% endif %}x"])
def test_data_with_a_default_or_only_tested_is_not_missing(source: str) -> None:
    missing: set[str] = set()
    assert renderable(source, html=False)({}, missing, None, 1) == "x"
    assert missing == set()


@pytest.mark.parametrize(
    "source",
    ["{% for a in (1..99999) %}x{% endfor %}", "{% for a in (1..999) %}{% for b in (1..999) %}x{% endfor %}{% endfor %}",
     "{% for a in (1..9999) %}{{ big }}{% endfor %}", "{% assign s = 'x' %}{% for i in (1..40) %}{% assign s = s | append: s %}{% endfor %}",
     "{% tablerow a in (1..99999999) %}x{% endtablerow %}"],
)  # fmt: skip
def test_bombs_are_stopped(source: str) -> None:
    with pytest.raises(LiquidError):
        renderable(source, html=False)({"big": "x" * 10_000}, set(), None, 1)


@pytest.mark.parametrize(
    "source", ["{% include 'x' %}", "{% render 'x' %}", "{% if %}", "{{ a b }}", "{% nonsense %}", "{% for %}"]
)
def test_what_is_no_template_is_refused_when_compiling(source: str) -> None:
    with pytest.raises(LiquidError):
        renderable(source, html=False)


def test_a_person_cannot_write_code_or_markup() -> None:
    hostile = "'''\n{{ x }}{% raise %}<script>"
    text = renderable("{{ a }}{% if a == \"'''\" %}{% endif %}", html=True)({"a": hostile}, set(), None, 1)
    assert "<script>" not in text
    assert renderable("'''{{ a }}\\\n\"\"\"", html=False)({"a": hostile}, set(), None, 1) == f"'''{hostile}\\\n\"\"\""


def test_the_usual_template_is_compiled() -> None:
    source = "Hi {{ a | default: 'x' | upcase }}{% if b %}{% for i in c %}{{ i.d }}{{ forloop.index }}{% endfor %}{% endif %}"
    try:
        assert compiled(lenient(html=True, seen=set()).from_string(source), Slots())({}, set(), None, 1) == "Hi X"
    except NotCompiledError:
        pytest.fail("left to python-liquid")
