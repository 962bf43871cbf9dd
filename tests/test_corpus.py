"""Files as real programs write them (`tests/corpus/`), each as a whole run of `check`, with what must come out."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from campaigns import campaign as campaigns_campaign
from tests.corpus.make import ARMENIAN, LATIN, NUMBERS, RUSSIAN

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from campaigns.campaign import Campaign
    from tests.running import Ended, Program

CORPUS = Path(__file__).parent / "corpus"
OF_THE_CORPUS = {"README.md", "make.py", ".gitattributes", "__pycache__"}


@dataclass(frozen=True)
class Seen:
    """What `check` made of a file."""

    ended: Ended
    campaign: Campaign

    @property
    def facts(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.ended.out)
        return found

    @property
    def problems(self) -> dict[int, str]:
        """The rows with a problem: field, reason and hint of each."""
        found: dict[int, str] = {}
        for one in self.facts["problems"]:
            text = f"{one['field']} {one['reason']} {one['text']} {one['hint']}"
            found[one["row"]] = f"{found.get(one['row'], '')} {text}".strip()
        return found

    @property
    def recipients(self) -> dict[int, str]:
        """The rows without a problem: the number that each would be sent to."""
        return {row.number: row.recipient for row in self.campaign.plan.rows if not row.problems}

    @property
    def bodies(self) -> dict[int, str]:
        return {row.number: row.body for row in self.campaign.plan.rows if not row.problems}

    @property
    def notes(self) -> str:
        return "\n".join(self.facts["notes"])

    @property
    def table(self) -> list[tuple[str, ...]]:
        """Header and rows, every cell as it was read."""
        table = self.campaign.file.table
        return [tuple(table.columns), *table.itertuples(index=False, name=None)]


@pytest.fixture
def check(program: Program, monkeypatch: pytest.MonkeyPatch) -> Checking:
    return Checking(program, monkeypatch)


@dataclass
class Checking:
    """`campaigns check FILE --json`, with the plan that it made caught on its way."""

    program: Program
    monkeypatch: pytest.MonkeyPatch
    plan: list[Campaign] = field(default_factory=list)

    def __call__(self, name: str | Path, *options: str) -> Seen:
        load = campaigns_campaign.load_campaign

        def caught(*arguments: Any, **named: Any) -> Campaign:
            self.plan.append(load(*arguments, **named))
            return self.plan[-1]

        with self.monkeypatch.context() as patched:
            patched.setattr(campaigns_campaign, "load_campaign", caught)
            ended = self.program("check", CORPUS / name, "--json", *options)
        assert self.plan, ended.err
        return Seen(ended, self.plan[-1])

    def refused(self, name: str | Path, *options: str) -> str:
        """Return the error of a file that must be refused: one line, and one more with a hint at the most."""
        ended = self.program("check", CORPUS / name, *options)
        assert (ended.code, ended.out) == (2, ""), ended
        lines = ended.err.splitlines()
        assert lines[0].startswith("error: "), ended.err
        assert [line[:6] for line in lines[1:]] in ([], ["hint: "]), ended.err
        return ended.err


# --- One table in each script, in every dialect ---

FIVE = {row: f"3749100000{row - 1}" for row in range(2, 7)}
SOURCES: Mapping[str, Sequence[tuple[Any, ...]]] = {"russian": RUSSIAN, "latin": LATIN, "armenian": ARMENIAN}

CLEAN = [
    # file, source, what `check` says that it took it for
    # LibreOffice, by the character set and the delimiter of its export filter
    ("libreoffice-1251-semicolon.csv", "russian", "Windows-1251, semicolons"),
    ("libreoffice-1251-tab.txt", "russian", "Windows-1251, tabs"),
    ("libreoffice-1252-comma.csv", "latin", "Windows-1252, commas"),
    ("libreoffice-1252-semicolon.csv", "latin", "Windows-1252, semicolons"),
    ("libreoffice-utf8-comma.csv", "armenian", "UTF-8, commas"),
    ("libreoffice-utf8-semicolon.csv", "russian", "UTF-8, semicolons"),
    ("libreoffice-utf8-pipe.csv", "armenian", "UTF-8, pipes"),
    ("libreoffice-utf8-tab.tsv", "latin", "UTF-8, tabs"),
    ("libreoffice-utf8-all-quoted.csv", "russian", "UTF-8, commas"),
    ("libreoffice-utf16-tab.txt", "armenian", "UTF-16, tabs"),
    # Excel: its "CSV" is the machine's code page, its "Unicode Text" UTF-16 with tabs
    ("excel-csv-1251.csv", "russian", "Windows-1251, semicolons"),
    ("excel-csv-1252.csv", "latin", "Windows-1252, commas"),
    ("excel-csv-utf8.csv", "armenian", "UTF-8, semicolons"),
    ("excel-unicode-text.txt", "armenian", "UTF-16, tabs"),
    ("excel-mac-cr.csv", "latin", "UTF-8, commas"),
    ("excel-mac-cr-1251.csv", "russian", "Windows-1251, semicolons"),
    ("utf16-big-endian.csv", "russian", "UTF-16, semicolons"),
    # a first line `sep=;` is for the program that reads it: the spreadsheet does not show it, so it is no row
    ("excel-sep-semicolon.csv", "russian", "Windows-1251, semicolons"),
    ("excel-sep-pipe-bom.csv", "armenian", "UTF-8, pipes"),
    ("google-sheets.csv", "armenian", "UTF-8, commas"),
    ("pandas-utf8-bom.csv", "russian", "UTF-8, commas"),
    ("pandas-1251-semicolon.csv", "russian", "Windows-1251, semicolons"),
    ("pandas-utf16-tab.tsv", "russian", "UTF-16, tabs"),
    # workbooks
    ("libreoffice-clean.xlsx", "armenian", "xlsx workbook, sheet 'Հաճախորդներ'"),
    ("libreoffice-clean.xlsm", "armenian", "xlsm workbook, sheet 'Հաճախորդներ'"),
    ("libreoffice-clean.xls", "armenian", "xls workbook, sheet 'Հաճախորդներ'"),
    ("libreoffice-clean.ods", "armenian", "ods workbook, sheet 'Հաճախորդներ'"),
    ("openpyxl-clean.xlsx", "armenian", "xlsx workbook, sheet 'Հաճախորդներ'"),
    ("pandas-clean.xlsx", "armenian", "xlsx workbook, sheet 'Sheet1'"),
    ("pandas-clean.ods", "armenian", "ods workbook, sheet 'Sheet1'"),
    ("xlwt-clean.xls", "armenian", "xls workbook, sheet 'Clients'"),
    ("odd-size.xls", "armenian", "xls workbook, sheet 'Հաճախորդներ'"),
]


@pytest.mark.parametrize(("name", "source", "read_as"), CLEAN, ids=[name for name, _, _ in CLEAN])
def test_a_table_comes_out_as_it_went_in(check: Checking, name: str, source: str, read_as: str) -> None:
    seen = check(name)

    assert seen.ended.code == 0
    assert read_as in seen.facts["read_as"]
    assert (seen.recipients, seen.facts["notes"], seen.facts["normalised"]) == (FIVE, [], 0)
    went_in = [tuple(str(cell) for cell in row) for row in SOURCES[source]]
    assert [tuple(cell.replace("\r", "\n") for cell in row) for row in seen.table] == went_in


OTHERS = [
    # file, options, row -> recipient, row -> body
    ("one-column.csv", ("--body", "Hi"), {2: "37491000001", 3: "37491000002", 5: "37491000003"}, "Hi"),
    ("one-column-1251.csv", ("--body", "Hi"), {2: "37491000001", 3: "37491000002"}, "Hi"),
    # one word in the code page is little to go by
    ("one-word-1251.csv", ("--body", "{{ Name }}", "--column", "body="), {2: "37491000001", 3: "37491000002"}, "Иван"),
    ("one-word-1252.csv", ("--body", "{{ Name }}", "--column", "body="), {2: "37491000001", 3: "37491000002"}, "José"),
    ("header-bom-and-no-break-space.csv", (), {2: "37491000001"}, "Hi"),
    ("quoted-header-over-two-lines.csv", ("--column", 'body=Text, "sms"'), {2: "37491000001"}, "a;b"),
    ("more-commas-in-texts.csv", (), FIVE, "a, b, c, d, e, f, g"),
    ("pandas-with-index.csv", (), FIVE, RUSSIAN[1][2]),
    ("trailing-rows.csv", (), {2: "37491000001", 3: "37491000002"}, ARMENIAN[1][2]),
    ("trailing-rows.xlsx", (), {2: "37491000001", 3: "37491000002"}, "One"),
    ("trailing-rows.xls", (), {2: "37491000001", 3: "37491000002"}, "One"),
    ("trailing-rows.ods", (), {2: "37491000001", 3: "37491000002"}, "One"),
    ("xlsxwriter-rich.xlsx", (), {2: "37491000001", 3: "37491000002"}, "Hello Ani, welcome"),
    ("header-over-two-lines.xlsx", (), {2: "37491000001"}, "Раз"),
    ("header-over-two-lines.xls", (), {2: "37491000001"}, "Раз"),
    ("header-over-two-lines.ods", (), {2: "37491000001"}, "Раз"),
]


@pytest.mark.parametrize(("name", "options", "recipients", "first"), OTHERS, ids=[one[0] for one in OTHERS])
def test_an_odd_file_is_read_all_the_same(
    check: Checking, name: str, options: tuple[str, ...], recipients: dict[int, str], first: str
) -> None:
    seen = check(name, *options)

    assert (seen.ended.code, seen.recipients) == (0, recipients)
    assert seen.bodies[2] == first


@pytest.mark.parametrize(
    ("options", "name"),
    [
        (("--encoding", "windows-1251"), "Jos\u0439"),  # wrong, but asked for
        (("--encoding", "windows-1252"), "José"),
        (("--encoding", "cp1252", "--delimiter", ";"), "José"),
    ],
)
def test_what_was_said_of_a_file_overrules_what_is_found(check: Checking, options: tuple[str, ...], name: str) -> None:
    seen = check("one-word-1252.csv", *options)

    assert seen.table[1][1] == name


# --- Numbers as people have them ---

NOT_CALCULATED = "! not calculated"
ROWS_OF_NUMBERS = [
    # row, without --region, with --region AM; after "!" what the problem says
    (2, "37491000001", "37491000001"),  # a number
    (3, "37491000002", "37491000002"),  # a text
    (4, "37491000003", "37491000003"),  # no-break spaces
    (5, "37491000004", "37491000004"),  # an apostrophe
    (6, "! --region", "37491000005"),  # +
    (7, "! --region", "37491000006"),  # + with spaces and dashes
    (8, "! 0", "37491000007"),  # 00
    (9, "! 0", "37491000008"),  # the local form
    (10, "! digits", "37491000009"),  # the local form with brackets
    (11, "! Excel", "! Excel"),  # 3.74910E+10
    (12, "! two numbers", "! two numbers"),  # with a comma
    (13, "! #N/A", "! #N/A"),
    (14, "37491000013", "37491000013"),  # the stored value of a formula: text
    (15, "37491000014", "37491000014"),  # the stored value of a formula: a number
    (16, "37491000015", "37491000015"),  # shown as 3.75E+10, but every digit is there
    (17, "37491000016", "37491000016"),  # shown as 374 91 000016
    (18, "37491000017", "37491000017"),  # a zero-width space
    (19, "37491000018", "37491000018"),  # digits as wide as a Chinese character
    (20, "37491000019", "37491000019"),  # Arabic digits
    (21, "! recipient", "! recipient"),  # TRUE
    (22, "! recipient", "! recipient"),  # a date
    (23, "! letters", "! letters"),  # the letter O for a nought
    (24, "! empty", "! empty"),
    (25, "! recipient", "! recipient"),  # 37491000024.5
    (26, "37491000025", "37491000025"),  # the text 37491000025.0
    (27, "37491000026", "37491000026"),  # the text 3.7491000026E+10: every digit is there
    (28, "! two numbers", "! two numbers"),  # with a slash
    (29, "37491000029", "37491000029"),  # margins
    (30, "! letters", "! letters"),  # tel:
    (31, "! digits", "! digits"),  # 16 of them
    (32, "! digits", "! digits"),  # a number below nought
    (33, "! digits", "! digits"),  # a number of 19 digits, of which a spreadsheet keeps 15
    (34, "! empty", "! empty"),  # spaces of two kinds
    (35, "! letters", "! letters"),  # an extension
    (36, "! 0", "37491000035"),  # Arabic digits, local
    (37, "! two numbers", "! two numbers"),  # the same one twice
    (38, "! --region", "37491000037"),  # + with brackets
    (39, "! letters", "! letters"),  # a name behind the number
    (40, "! digits", "! digits"),  # 0,37491000039
]
IN_OPENPYXL = dict.fromkeys((13, 14, 15), NOT_CALCULATED)  # it stores formulas without values
AS_SHOWN = {  # a CSV saves what the cell shows
    16: ("! Excel", "! Excel"),
    17: ("! digits", "37491000016"),
    33: ("! Excel", "! Excel"),  # LibreOffice writes E+018
}


def expected(column: int, changed: Mapping[int, str | tuple[str, str]]) -> dict[int, str]:
    rows = {row[0]: str(row[column]) for row in ROWS_OF_NUMBERS}
    for row, change in changed.items():
        rows[row] = change if isinstance(change, str) else change[column - 1]
    return rows


def test_every_number_of_the_source_has_its_row_in_the_table() -> None:
    assert [row for row, _, _ in ROWS_OF_NUMBERS] == list(range(2, 2 + len(NUMBERS)))


@pytest.mark.parametrize(("column", "options"), [(1, ()), (2, ("--region", "AM"))], ids=["no region", "AM"])
@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("libreoffice-numbers.xlsx", {}),
        ("libreoffice-numbers.xls", {}),
        ("libreoffice-numbers.ods", {}),
        ("openpyxl-numbers.xlsx", IN_OPENPYXL),
        ("libreoffice-numbers-as-shown.csv", AS_SHOWN),
    ],
)
def test_numbers_are_repaired_where_that_is_certain_and_named_where_it_is_not(
    check: Checking, name: str, changed: Mapping[int, str], column: int, options: tuple[str, ...]
) -> None:
    seen = check(name, *options)

    wanted = expected(column, changed)
    good = {row: number for row, number in wanted.items() if not number.startswith("!")}
    bad = {row: says.removeprefix("! ") for row, says in wanted.items() if says.startswith("!")}
    assert (seen.ended.code, seen.recipients) == (1, good)
    assert seen.problems.keys() == bad.keys()
    for row, says in bad.items():
        assert says.casefold() in seen.problems[row].casefold(), f"row {row}: {seen.problems[row]}"


def test_repairs_are_counted(check: Checking) -> None:
    repaired = {
        4,
        5,
        18,
        19,
        20,
        26,
        27,
    }  # in the cell stands something else than what is sent to; margins do not count

    assert check("libreoffice-numbers.xlsx").facts["normalised"] == len(repaired)
    assert check("libreoffice-numbers.xlsx", "--region", "AM").facts["normalised"] == len(
        repaired | {6, 7, 8, 9, 10, 36, 38}
    )


def test_digits_that_excel_lost_are_explained(check: Checking) -> None:
    seen = check("libreoffice-numbers.xlsx")

    says = next(one for one in seen.facts["problems"] if one["row"] == 11)
    assert (says["field"], says["text"]) == ("recipient", "3.74910E+10")
    assert "Excel" in says["reason"]
    assert "Text" in says["hint"]  # how to format the column


# --- Values that a template prints ---

VALUES_BODY = "{{ day }} / {{ moment }} / {{ hour }} / {{ price }} / {{ whole }} / {{ yes }} / {{ note }}"
PRINTED = {
    2: "2026-12-01 / 2026-12-01 10:00 / 09:30 / 12.5 / 5 / TRUE / two  spaces",
    3: "2026-02-28 / 2026-12-01 23:59:59 / 00:05 / 0.1 / 1000000 / FALSE / 1e5",
}


@pytest.mark.parametrize(
    "name",
    [
        "libreoffice-values.xlsx",
        "libreoffice-values.xls",
        "libreoffice-values.ods",
        "openpyxl-values.xlsx",
        "openpyxl-values-1904.xlsx",  # Excel for the Mac once counted its days from 1904
        "pandas-values.xlsx",
    ],
)
def test_dates_times_and_numbers_read_as_a_person_would_write_them(check: Checking, name: str) -> None:
    seen = check(name, "--body", VALUES_BODY)

    wanted = PRINTED
    if name.endswith(".ods"):  # LibreOffice stores the formula =TRUE() and the number 1
        wanted = {row: text.replace("TRUE", "1").replace("FALSE", "0") for row, text in PRINTED.items()}
    if name.startswith("pandas"):  # it stores a time of the day as a text
        wanted = {2: PRINTED[2].replace("09:30", "09:30:00"), 3: PRINTED[3].replace("00:05", "00:05:00")}
    assert seen.bodies == wanted


# --- Sheets that are not just a table ---

KINDS = ["xlsx", "xls", "ods"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_title_above_the_header_is_passed_over_and_said(check: Checking, kind: str) -> None:
    seen = check(f"title.{kind}")

    assert seen.recipients == {4: "37491000001", 5: "37491000002"}
    assert seen.bodies == {4: "Раз", 5: "Два"}
    assert "row 3" in seen.notes


def test_a_report_of_1c_is_read_below_its_title_and_its_total_is_no_number(check: Checking) -> None:
    seen = check("1c-report-1251.csv")

    assert "Windows-1251, semicolons" in seen.facts["read_as"]
    assert seen.recipients == {5: "37491000001", 6: "37491000002", 7: "37491000003"}
    assert seen.bodies == {5: "Счёт № 5 — «срочно»", 6: "Счёт № 6", 7: "Счёт № 7"}
    assert "row 4" in seen.notes
    assert list(seen.problems) == [8]


@pytest.mark.parametrize("kind", KINDS)
def test_hidden_rows_are_taken_and_counted(check: Checking, kind: str) -> None:
    seen = check(f"hidden-rows.{kind}")

    assert (seen.ended.code, seen.recipients) == (0, FIVE)
    assert "hidden" in seen.notes
    assert "2" in seen.notes


@pytest.mark.parametrize("kind", KINDS)
def test_the_first_sheet_with_a_recipient_header_is_taken_and_said(check: Checking, kind: str) -> None:
    seen = check(f"second-sheet.{kind}")

    assert seen.recipients == {2: "37491000001", 3: "37491000002"}
    assert "Клиенты" in seen.facts["read_as"]
    assert "Клиенты" in seen.notes


@pytest.mark.parametrize("kind", KINDS)
def test_a_sheet_that_nobody_sees_is_taken_only_when_asked_for(check: Checking, kind: str) -> None:
    assert check(f"hidden-sheet.{kind}").recipients == {2: "37491000001", 3: "37491000002"}
    assert check(f"hidden-sheet.{kind}", "--sheet", "Արխիվ").recipients == {2: "37491000099"}


@pytest.mark.parametrize("kind", KINDS)
def test_a_sheet_that_was_asked_for_is_not_second_guessed(check: Checking, kind: str) -> None:
    assert "Месяц" in check.refused(f"second-sheet.{kind}", "--sheet", "Сводка")


@pytest.mark.parametrize("kind", KINDS)
def test_a_merged_cell_has_its_text_in_its_first_row(check: Checking, kind: str) -> None:
    seen = check(f"merged.{kind}")

    assert seen.recipients == {2: "37491000001", 3: "37491000002", 4: "37491000003", 5: "37491000004"}
    assert list(seen.problems) == [6]
    assert "empty" in seen.problems[6]


@pytest.mark.parametrize("kind", KINDS)
def test_comments_and_links_are_none_of_the_text(check: Checking, kind: str) -> None:
    seen = check(f"comments.{kind}")

    assert seen.table[1:] == [("37491000001", "One"), ("37491000002", "site")]


@pytest.mark.parametrize("kind", KINDS)
def test_margins_leave_row_numbers_as_the_spreadsheet_shows_them(check: Checking, kind: str) -> None:
    seen = check(f"margins.{kind}")

    assert (seen.ended.code, seen.recipients) == (0, {5: "37491000001", 7: "37491000002"})
    assert seen.table[0] == ("phone", "text")


@pytest.mark.parametrize("kind", KINDS)
def test_error_cells_are_problems_where_they_would_be_printed(check: Checking, kind: str) -> None:
    seen = check(f"errors-in-texts.{kind}")

    assert seen.bodies == {4: "Fine", 5: "Hi 1"}
    assert list(seen.problems) == [2, 3, 6]
    assert all("body" in seen.problems[row] for row in (2, 3, 6))
    assert "#DIV/0!" in seen.problems[2]
    assert "#N/A" in seen.problems[3]


def test_an_error_cell_is_a_problem_of_the_template_that_prints_it_alone(check: Checking) -> None:
    printed = check("errors-in-texts.xlsx", "--column", "body=", "--body", "{{ own }}")

    assert list(printed.problems) == [4]
    assert "#N/A" in printed.problems[4]
    assert check("errors-in-texts.xlsx", "--column", "body=", "--body", "Hi").problems == {}


def test_formulas_without_a_stored_value_are_problems_by_row(check: Checking) -> None:
    seen = check("openpyxl-formulas.xlsx")

    assert seen.recipients == {4: "37491000003"}
    assert list(seen.problems) == [2, 3]
    assert "calculated" in seen.problems[2].casefold()
    assert "body" in seen.problems[3]


def test_stored_values_of_formulas_are_read(check: Checking) -> None:
    seen = check("xlsxwriter-formulas.xlsx")

    assert seen.recipients == {2: "37491000001", 3: "37491000002"}
    assert list(seen.problems) == [4, 5]
    assert "#N/A" in seen.problems[4]
    assert "#DIV/0!" in seen.problems[5]


# --- Files that are not what their name says ---

RENAMED = [
    # file, what its content is
    ("a-csv-named.xlsx", "text"),
    ("a-csv-named.xls", "text"),
    ("an-xlsx-named.csv", "workbook"),
    ("an-xlsx-named.xls", "xlsx"),
    ("an-xlsx-named.ods", "xlsx"),
    ("an-xls-named.xlsx", "xls"),
    ("an-xls-named.csv", "workbook"),
    ("an-ods-named.xlsx", "ods"),
    ("a-web-page-named.xls", "web page"),
    ("excel-2003-xml-named.xls", "XML"),
]


@pytest.mark.parametrize(("name", "content"), RENAMED, ids=[name for name, _ in RENAMED])
def test_a_renamed_file_is_told_what_it_is(check: Checking, name: str, content: str) -> None:
    assert content.casefold() in check.refused(name).casefold()


# --- What is refused ---

REFUSED = [
    # file, what the error says
    ("password.xlsx", "password"),
    ("password.xls", "password"),
    ("password.ods", "password"),
    ("empty.csv", "empty"),
    ("empty.xlsx", "empty"),
    ("only-a-bom.csv", "empty"),
    ("only-spaces.csv", "empty"),
    ("nothing-in-it.xlsx", "empty"),
    ("header-only.csv", "no rows"),
    ("header-only.xlsx", "no rows"),
    ("nul.csv", "line 3"),
    ("broken-utf8.csv", "line 3"),
    ("broken-utf16.csv", "line 3"),
    ("open-quote.csv", "quote"),
    ("no-recipient-header.csv", "'Контакт', 'Имя'"),
    ("no-recipient-header.csv", "--column recipient='Контакт'"),  # its cells are all numbers
    ("no-header.csv", "recipient"),
    ("two-recipient-headers.csv", "'Телефон' and 'Mobile'"),
    ("rtf-named.xls", "text file"),
    ("missing.csv", "no such file"),
]


@pytest.mark.parametrize(("name", "says"), REFUSED, ids=[name for name, _ in REFUSED])
def test_a_file_that_cannot_be_used_gets_a_sentence_of_its_own(check: Checking, name: str, says: str) -> None:
    assert says in check.refused(name)


def test_a_folder_is_refused(check: Checking, program: Program) -> None:
    (program.folder / "clients.xlsx").mkdir()

    assert "folder" in check.refused(program.folder / "clients.xlsx")


def test_a_file_that_is_refused_says_something_else_than_every_other_kind_of_fault(check: Checking) -> None:
    kinds = ["password.xlsx", "empty.csv", "header-only.csv", "a-csv-named.xlsx", "an-xlsx-named.csv", "nul.csv"]
    sentences = [check.refused(name).replace(name, "FILE") for name in kinds]

    assert len(set(sentences)) == len(kinds)


def test_every_file_of_the_corpus_has_its_expectation() -> None:
    tested = {one[0] for table in (CLEAN, OTHERS, RENAMED, REFUSED) for one in table}
    here = Path(__file__).read_text("utf-8")
    files = {path.name for path in CORPUS.iterdir()} - OF_THE_CORPUS

    assert [name for name in files - tested if name not in here and f"{Path(name).stem}.{{kind}}" not in here] == []
    assert tested - files == {"missing.csv"}


def test_the_corpus_stays_small() -> None:
    sizes = {path.name: path.stat().st_size for path in CORPUS.iterdir() if path.is_file()}

    assert [name for name, size in sizes.items() if size > 30_000] == []
    assert sum(sizes.values()) < 1_000_000
