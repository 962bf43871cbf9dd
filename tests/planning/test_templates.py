"""Body templates: the operator's own text, strict about columns and empty cells, and locked in a sandbox."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.errors import Problem, UsageError
from campaigns.planning.templates import BodyTemplate, variable_name

HEADERS = ["phone", "name", "city"]


def render(source: str, **cells: str) -> str | Problem:
    """Render a template for a file that has just these columns."""
    return BodyTemplate(source, list(cells)).render(list(cells.values()))


def refuse(source: str, headers: list[str] = HEADERS) -> UsageError:
    with pytest.raises(UsageError) as error:
        BodyTemplate(source, headers)
    return error.value


# --- What a template says ---


@pytest.mark.parametrize(
    "source",
    [
        "{{ points * 2 }}",
        "{{ points + title }}",
        "{% if points == 0 %}x{% endif %}",
        "{% if 3 < points %}x{% endif %}",
    ],
)
def test_reckoning_with_a_cell_as_it_is_is_refused(source: str) -> None:
    with pytest.raises(UsageError, match="for a number, and cells are text"):
        BodyTemplate(source, ["points", "title"])


@pytest.mark.parametrize(
    ("source", "body"),
    [
        ("{{ points | int * 2 }}", "200"),
        ("{{ points ~ title }}", "100Dr"),
        ("{% if points | int > 99 %}x{% endif %}", "x"),
        ("{% if points == '100' %}x{% endif %}", "x"),
        ("{{ points | float / 8 }}", "12.5"),
    ],
)
def test_reckoning_with_a_number_works(source: str, body: str) -> None:
    assert BodyTemplate(source, ["points", "title"]).render(["100", "Dr"]) == body


@pytest.mark.parametrize("cell", ["#N/A", "#NOT CALCULATED!", "#REF!"])
@pytest.mark.parametrize(
    "source",
    ["{{ name }}", "{{ name | default('friend') }}", "{{ name or 'friend' }}", "{% if name == 'x' %}y{% endif %}z"],
)
def test_a_spreadsheet_error_in_a_column_that_is_used_is_a_problem(source: str, cell: str) -> None:
    problem = BodyTemplate(source, ["name"]).render([cell])
    assert isinstance(problem, Problem)
    assert "the column 'name' is a" in problem.reason


def test_a_number_that_is_none_is_a_problem_and_never_0() -> None:
    problem = BodyTemplate("You owe {{ debt | int }}", ["debt"]).render(["abc"])
    assert isinstance(problem, Problem)
    assert str(problem) == "the template needs a number, and a cell holds none: 'abc'"


@pytest.mark.parametrize(
    ("source", "body"),
    [
        ("Hello {{ name }}!", "Hello Ani!"),
        ("Hello {{name|upper}}!", "Hello ANI!"),
        ("{% if city == 'Gyumri' %}Our shop is near.{% else %}Come to Yerevan.{% endif %}", "Our shop is near."),
        ("{{ points }} points", "007 points"),  # a cell is text: nothing is counted or shortened
        ("{{ '%.2f' | format(points | float) }}", "7.00"),
        ("A{# a note to oneself #}B", "AB"),
        ("No column at all", "No column at all"),
        ("Բարև, {{ name }}", "Բարև, Ani"),
        ("<b>{{ firm }}</b>", "<b>O'Neil & Sons</b>"),  # nothing is escaped: an SMS is no page
        ("One\r\ntwo\rthree {{ name }}", "One\ntwo\nthree Ani"),
        ("{{ name }}\n", "Ani"),  # the line end that editors put at the end of a file
        ("{{ name }}\n\n", "Ani\n"),
    ],
)
def test_a_template_becomes_the_body_of_a_row(source: str, body: str) -> None:
    assert render(source, name="  Ani ", city="Gyumri", points="007", firm="O'Neil & Sons") == body


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("name", "name"),
        ("First name", "First_name"),
        (" First name ", "First_name"),
        ("First\u00a0name", "First_name"),
        ("e-mail", "e_mail"),
        ("Bonus (AMD)", "Bonus_AMD_"),
        ("2nd phone", "_2nd_phone"),
        ("Անուն", "Անուն"),
        ("Անուն Ազգանուն", "Անուն_Ազգանուն"),
        ("Имя клиента", "Имя_клиента"),
    ],
)
def test_a_header_has_a_name_that_a_template_can_say(header: str, name: str) -> None:
    assert variable_name(header) == name
    assert BodyTemplate(f"{{{{ {name} }}}}", ["phone", header]).render(["37491000001", "here"]) == "here"


def test_a_template_takes_its_cells_by_column_not_by_order_of_use() -> None:
    assert BodyTemplate("{{ b }}{{ a }}{{ b }}", ["a", "x", "b"]).render(["1", "2", "3"]) == "313"


def test_a_template_knows_what_it_names() -> None:
    source = "{{ name }}{% if city %}{{ city }}{% endif %}{% set greeting = 'Hi' %}{{ greeting }}"
    assert BodyTemplate(source, HEADERS).variables == {"name", "city"}


# --- A template that cannot be meant is refused before any row ---


def test_a_column_that_the_file_has_not_is_named_with_the_nearest() -> None:
    error = refuse("Hello {{ nme }}")
    assert error.message == "the body template names 'nme', and the file has no such column (did you mean 'name'?)"
    assert error.hint == "the columns are phone, name, city"


@pytest.mark.parametrize(
    "source",
    [
        "{{ Name }}",  # case counts
        "{% if name %}{{ surname }}{% endif %}",  # also where this row would not come to it
        "{{ surname | default('friend') }}",  # a default is for an empty cell, not for a typing error
        "{% for one in surnames %}{{ one }}{% endfor %}",
        # What templates elsewhere may call has no business in a message.
        "{% for n in range(9) %}x{% endfor %}",
        "{{ lipsum() }}",
        "{{ dict() }}",
        "{{ cycler('a', 'b') }}",
        "{{ joiner() }}",
        "{{ namespace() }}",
    ],
)
def test_every_name_must_be_a_column(source: str) -> None:
    assert "the file has no such column" in refuse(source).message


def test_a_file_without_named_columns_says_so() -> None:
    assert refuse("{{ name }}", [""]).hint == "the columns are none"


@pytest.mark.parametrize("headers", [["name", "name"], ["First name", "First_name"]])
def test_a_column_that_the_file_has_twice_is_refused_where_the_template_names_it(headers: list[str]) -> None:
    variable = variable_name(headers[0])
    assert refuse(f"{{{{ {variable} }}}}", headers).message == (
        f"the body template names {variable!r}, and the file has 2 such columns"
    )
    assert BodyTemplate("Hello", headers).render(["Ani", "Ara"]) == "Hello"


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("Hello {{ name", 1),
        ("Hello {{ name }", 1),
        ("Hello {{ first name }}", 1),
        ("Hello {{ }}", 1),
        ("One\ntwo {{ name", 2),
        ("One\r\ntwo {% endif %}", 2),
        ("{{ name | shout }}", 1),  # no such filter
        ("{{ name is shouting }}", 1),  # no such test
        ("{% do name %}", 1),
        ("Price: {% 100 %}", 1),
    ],
)
def test_a_mistake_is_shown_with_its_line(source: str, line: int) -> None:
    message = refuse(source).message
    assert message.startswith("the body template is not valid: ")
    assert message.endswith(f"(line {line})")


# --- Empty cells ---


@pytest.mark.parametrize("cell", ["", "  ", "\u00a0"])
@pytest.mark.parametrize(
    "source",
    [
        "Hello {{ name }}",
        "Hello {{ name | upper }}",
        "Hello {{ name ~ '!' }}",
        "Hello {{ [name, phone] | join(' ') }}",
        "Hello {{ '%s' | format(name) }}",
        "Hello {{ '{}'.format(name) }}",
        "{% set who = name %}Hello {{ who }}",
        "{% if phone %}Hello {{ name }}{% endif %}",
        "{% macro greet(who) %}Hello {{ who }}{% endmacro %}{{ greet(name) }}",
    ],
)
def test_an_empty_cell_that_is_printed_is_a_problem_of_the_row(source: str, cell: str) -> None:
    assert render(source, name=cell, phone="37491000001") == Problem(
        "body", "the column 'name' is empty, and the template prints it"
    )


@pytest.mark.parametrize(
    ("source", "body"),
    [
        ("Hello{% if name %} {{ name }}{% endif %}!", "Hello!"),
        ("Hello{% if not name %} friend{% endif %}!", "Hello friend!"),
        ("Hello {% if name == 'Ani' %}Ani{% else %}friend{% endif %}!", "Hello friend!"),
        ("{% if name == '' %}empty{% endif %}", "empty"),
        ("{% if name != '' %}full{% else %}empty{% endif %}", "empty"),
        ("{% if name == city %}both empty{% endif %}", "both empty"),
        ("{% if name in ['Ani', 'Ara'] %}Ani or Ara{% else %}friend{% endif %}", "friend"),
        ("{% if phone and name %}both{% else %}one{% endif %}", "one"),
        ("Hello {{ name | default('friend') }}!", "Hello friend!"),
        ("Hello {{ name | d('friend') | upper }}!", "Hello FRIEND!"),
        ("Hello {{ name or 'friend' }}!", "Hello friend!"),
        ("Hello {{ name if name else 'friend' }}!", "Hello friend!"),
        ("{% set who = name | default('friend') %}Hello {{ who }}!", "Hello friend!"),
        ("Hello!", "Hello!"),
    ],
)
def test_an_empty_cell_that_is_asked_about_or_has_a_default_is_fine(source: str, body: str) -> None:
    assert render(source, name=" ", city="", phone="37491000001") == body


def test_a_default_that_is_empty_itself_is_the_one_named() -> None:
    problem = render("{{ name | default(city) }}", name="", city="")
    assert problem == Problem("body", "the column 'city' is empty, and the template prints it")


def test_one_row_leaves_nothing_behind_for_the_next() -> None:
    template = BodyTemplate("Hello {{ name }}", ["name"])
    rows = [template.render([cell]) for cell in ("Ani", "", "Ara")]
    assert [row if isinstance(row, str) else row.field for row in rows] == ["Hello Ani", "body", "Hello Ara"]


# --- Failing rows ---


@pytest.mark.parametrize(
    "source",
    [
        "{{ 100 // (points | int) }}",  # a division by zero in this row alone
        "{{ points.nothing }}",
        "{{ points() }}",
        "{{ 1 // (points | int) }}",
        "{{ points['x'] | upper }}",
        "{{ '%d' | format(points) }}",
        "{{ points.encode().decode('ascii').index('7') }}",
    ],
)
def test_a_row_that_the_template_fails_in_is_a_problem_and_not_the_end(source: str) -> None:
    problem = render(source, points="0")
    assert isinstance(problem, Problem)
    assert (problem.field, problem.reason) == ("body", "the template fails in this row")
    assert 0 < len(problem.text) <= 200


# --- Cells are values, and templates are locked in ---


@pytest.mark.parametrize(
    "cell",
    ["{{ 1 + 1 }}", "{% if x %}", "{# note #}", "{{ phone }}", "}}", "{%", "%s {0} \\n", "<script>"],
)
def test_a_cell_is_a_value_and_never_a_template(cell: str) -> None:
    assert render("Hello {{ name }}!", name=cell) == f"Hello {cell}!"


@pytest.mark.parametrize(
    "source",
    [
        "{{ name.__class__ }}",
        "{{ name.__class__.__mro__ }}",
        "{{ name['__class__'] }}",
        "{{ name | attr('__class__') }}",
        "{{ '{0.__class__}'.format(name) }}",
        "{{ '{x.__class__}'.format_map({'x': name}) }}",
        "{{ name.upper.__self__ }}",
        "{{ [name].append('x') }}",  # nothing can be changed
        "{% include name %}",  # and nothing can be read
        "{% import name as other %}{{ other }}",
    ],
)
def test_a_template_reaches_nothing_but_its_cells(source: str) -> None:
    problem = render(source, name="/etc/hosts")
    assert isinstance(problem, Problem)
    assert problem.reason == "the template fails in this row"


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_any_cell_is_printed_as_it_is(cell: str) -> None:
    body = render("[{{ name }}]", name=cell)
    assert body == f"[{cell.strip()}]" if cell.strip() else isinstance(body, Problem)


@pytest.mark.parametrize(
    "source", ["{{ phone.upper }}", "{{ [name] }}", "{{ name | pprint }}", "{{ phone | map('upper') }}"]
)
def test_what_is_neither_text_nor_number_is_never_printed(source: str) -> None:
    assert isinstance(render(source, phone="37491000001", name=""), Problem)


@pytest.mark.parametrize("source", ["{{ 1 / 0 }}", "{{ ''.__class__.__mro__ }}", "{% include 'x' %}", "{{ 'a'.no }}"])
def test_a_template_without_columns_that_fails_is_refused_before_any_row(source: str) -> None:
    assert "the body template fails" in refuse(source).message


@pytest.mark.parametrize(
    "asked",
    ["title | lower == 'ms'", "title | trim", "title.startswith('M')", "title in ('Mr', 'Ms')", "title | int > 3"],
)
def test_an_empty_cell_may_be_asked_about_in_any_way(asked: str) -> None:
    assert render(f"{{% if {asked} %}}x{{% else %}}Hello{{% endif %}}", title="") == "Hello"


def test_a_misspelt_filter_is_refused_before_any_row() -> None:
    assert "shout" in refuse("{% if city %}{{ name | shout }}{% endif %}").message


# --- Dates ---


@pytest.mark.parametrize(
    ("source", "cell", "body"),
    [
        ("{{ visit | date('%d.%m.%Y') }}", "2026-12-01", "01.12.2026"),
        ("{{ visit | date }}", "2026-12-01", "01.12.2026"),
        ("{{ visit | date('%d/%m at %H:%M') }}", "2026-12-01 10:05", "01/12 at 10:05"),
        ("{{ visit | date('%H:%M') }}", "2026-12-01T09:30:00", "09:30"),
        ("{{ visit | date('%H:%M') }}", "2026-12-01 10:00+04:00", "10:00"),  # as it is written there
        ("{{ visit | date('%d.%m.%Y թ.') }}", "2026-12-01", "01.12.2026 թ."),
        ("{{ visit | date | default('soon') }}", "", "soon"),
        ("{% if visit | date('%m') == '12' %}December{% else %}later{% endif %}", "", "later"),
        ("{% if visit | date('%m') == '12' %}December{% else %}later{% endif %}", "2026-12-24", "December"),
    ],
)
def test_a_date_is_written_as_people_say_it(source: str, cell: str, body: str) -> None:
    assert render(source, visit=cell) == body


@pytest.mark.parametrize("cell", ["tomorrow", "2026-13-01", "2026-02-30", "01.12.2026", "46357", "2026-12-01 25:00"])
def test_a_cell_that_is_no_date_is_a_problem_of_its_row(cell: str) -> None:
    problem = render("{{ visit | date('%d.%m') }}", visit=cell)
    assert problem == Problem(
        "body",
        "the column 'visit' holds no date, and the template writes it as one",
        cell,
        "write it as 2026-12-01 or 2026-12-01 10:00",
    )


def test_what_is_no_column_can_be_no_date_either() -> None:
    problem = render("{{ (visit ~ '!') | date }}", visit="2026-12-01")
    assert isinstance(problem, Problem)
    assert str(problem) == "a value holds no date, and the template writes it as one: '2026-12-01!'"


def test_an_empty_date_that_is_printed_is_an_empty_cell() -> None:
    problem = render("{{ visit | date }}", visit="")
    assert str(problem) == "the column 'visit' is empty, and the template prints it"


# --- What a template says itself ---


def test_a_template_tells_its_own_words_from_its_columns() -> None:
    template = BodyTemplate("Hi {{ name }}{# no #} – {{ city | default('Երևան') }}", ["phone", "name", "city"])
    assert template.named == {"name": 1, "city": 2}
    assert set("Hi –Երևան") <= set(template.literals)
    assert "no" not in template.literals
