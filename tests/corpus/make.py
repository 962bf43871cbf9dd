"""Make the corpus again: small recipient files by real programs, and by hand what only Excel and 1C write.

Needs LibreOffice (`soffice`) on the path, and openpyxl, pandas, XlsxWriter, xlwt, odfpy and msoffcrypto-tool. The tests
need none of it: they read what lies here. `python tests/corpus/make.py` writes every file anew; what must come out of
them stands in `tests/test_corpus.py`.
"""

from __future__ import annotations

import csv
import io
import os
import shutil
import subprocess
import tempfile
from datetime import date, datetime, time
from importlib import import_module
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.utils.datetime import CALENDAR_MAC_1904

HERE = Path(__file__).parent

# --- The sources: one clean table in each script, and the cells that people really have ---

RUSSIAN = [
    ("Телефон", "Имя", "Сообщение"),
    (37491000001, "Анна", "Здравствуйте, Анна! Ваш заказ № 17 готов."),
    (37491000002, "ООО «Ромашка»", "Счёт № 5 — оплатить до пятницы; спасибо."),
    (37491000003, "Пётр", 'Он сказал: "Да".'),
    (37491000004, "Юлия Ёжикова", "Две строки:\nвторая"),
    (37491000005, "Илья", "Скидка 20 % | до 1 июня…"),
]
LATIN = [
    ("Phone", "Name", "Text"),
    (37491000001, "Zoë", "Your parcel no. 17 is ready – pick it up, Zoë."),
    (37491000002, "José", "“Café” opens at 10:00; a cup is 5 €"),
    (37491000003, "Müller & Søn", 'He said "yes".'),
    (37491000004, "François", "Two lines:\nsecond"),
    (37491000005, "Åsa", "20 % off | until June…"),
]
ARMENIAN = [
    ("Հեռախոս", "Անուն", "Տեքստ"),
    (37491000001, "Անի", "Հարգելի Անի, Ձեր պատվերը № 17 պատրաստ է։"),
    (37491000002, "«Մասիս» ՍՊԸ", "Հաշիվ № 5 — վճարել մինչև ուրբաթ; շնորհակալություն։"),
    (37491000003, "Պետրոս", 'Նա ասաց. "Այո"։'),
    (37491000004, "Հռիփսիմե", "Երկու տող՝\nերկրորդը"),
    (37491000005, "Արամ", "Զեղչ 20 % | մինչև հունիսի 1-ը…"),
]

# A cell and, where it has one, its number format. The row is its place here plus two.
NUMBERS: list[tuple[Any, str]] = [
    (37491000001, ""),
    ("37491000002", "@"),
    ("374\u00a091\u00a0000003", ""),
    ("'37491000004", ""),
    ("+37491000005", ""),
    ("+374 91 00-00-06", ""),
    ("0037491000007", ""),
    ("091000008", ""),
    ("(091) 00-00-09", ""),
    ("3.74910E+10", "@"),
    ("37491000011, 37491000012", ""),
    ("=NA()", ""),
    ('="374910000"&"13"', ""),
    ("=37491000000+14", ""),
    (37491000015, "0.00E+00"),
    (37491000016, '000" "00" "000000'),
    ("37491\u200b000017", ""),
    ("３７４９１００００１８", ""),
    ("٣٧٤٩١٠٠٠٠١٩", ""),
    (True, ""),
    (date(2026, 12, 1), "yyyy-mm-dd"),
    ("3749100OO23", ""),
    (None, ""),
    (37491000024.5, ""),
    ("37491000025.0", ""),
    ("3.7491000026E+10", ""),
    ("37491000027 / 37491000028", ""),
    ("  37491000029 ", ""),
    ("tel: 37491000030", ""),
    ("3749100000112233", ""),
    (-37491000031, ""),
    (3749100003212345678, ""),
    (" \u00a0 ", ""),
    ("+374 91 000034 доб. 5", ""),
    ("٠٩١٠٠٠٠٣٥", ""),
    ("37491000036;37491000036", ""),
    ("+374 (91) 000037", ""),
    ("37491000038 Անի", ""),
    ("0,37491000039", ""),
]

VALUES: list[tuple[Any, ...]] = [
    ("phone", "day", "moment", "hour", "price", "whole", "yes", "note"),
    (37491000001, date(2026, 12, 1), datetime(2026, 12, 1, 10, 0), time(9, 30), 12.5, 5.0, True, "  two  spaces"),  # noqa: DTZ001 - a cell knows no zone
    (37491000002, date(2026, 2, 28), datetime(2026, 12, 1, 23, 59, 59), time(0, 5), 0.1, 1000000, False, "1e5"),  # noqa: DTZ001
]
_FORMATS = {"day": "dd.mm.yyyy", "moment": "dd.mm.yyyy hh:mm", "hour": "hh:mm", "price": "0.00"}


# --- The programs ---


class LibreOffice:
    """LibreOffice without a screen, with a profile of its own."""

    FILTERS = {  # noqa: RUF012 - read only
        "xlsx": "Calc MS Excel 2007 XML",
        "xlsm": "Calc MS Excel 2007 VBA XML",
        "xls": "MS Excel 97",
        "ods": "calc8",
        "html": "HTML (StarCalc)",
    }
    CSV = "Text - txt - csv (StarCalc)"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.profile = folder / "profile"
        self._run("--terminate_after_init")

    def _run(self, *arguments: str) -> None:
        program = shutil.which("soffice") or "soffice"
        subprocess.run(
            [program, f"-env:UserInstallation={self.profile.as_uri()}", "--headless", *arguments],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "HOME": str(self.folder)},
            timeout=120,
        )

    def convert(self, source: Path, name: str, csv_options: str = "") -> None:
        """Save a file under a name of the corpus, in the format of its ending; CSV by its filter's options."""
        target = HERE / name
        kind = "csv" if csv_options else target.suffix[1:]
        what = f"{self.CSV}:{csv_options}" if csv_options else self.FILTERS[kind]
        out = self.folder / "out"
        self._run("--convert-to", f"{kind}:{what}", "--outdir", str(out), str(source))
        shutil.move(out / f"{source.stem}.{kind}", target)

    def lock(self, source: Path, name: str) -> None:
        """Save a file with a password: only a macro can."""
        target = HERE / name
        macro = (
            "Sub Main\n"
            "Dim hidden(0) As New com.sun.star.beans.PropertyValue\n"
            'hidden(0).Name = "Hidden"\nhidden(0).Value = True\n'
            f'doc = StarDesktop.loadComponentFromURL("{source.as_uri()}", "_blank", 0, hidden())\n'
            "Dim how(1) As New com.sun.star.beans.PropertyValue\n"
            f'how(0).Name = "FilterName"\nhow(0).Value = "{self.FILTERS[target.suffix[1:]]}"\n'
            'how(1).Name = "Password"\nhow(1).Value = "geheim"\n'
            f'doc.storeToURL("{target.as_uri()}", how())\n'
            "doc.close(True)\nEnd Sub\n"
        )
        module = self.profile / "user" / "basic" / "Standard"
        module.mkdir(parents=True, exist_ok=True)
        head = '<?xml version="1.0" encoding="UTF-8"?>\n'
        doctype = '<!DOCTYPE {0} PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "{1}.dtd">\n'
        escaped = macro.replace("&", "&amp;").replace('"', "&quot;")
        (module / "Module1.xba").write_text(
            head
            + doctype.format("script:module", "module")
            + '<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Module1"'
            + f' script:language="StarBasic">{escaped}</script:module>',
            "utf-8",
        )
        (module / "script.xlb").write_text(
            head
            + doctype.format("library:library", "library")
            + '<library:library xmlns:library="http://openoffice.org/2000/library" library:name="Standard"'
            + ' library:readonly="false" library:passwordprotected="false">'
            + '<library:element library:name="Module1"/></library:library>',
            "utf-8",
        )
        self._run("macro:///Standard.Module1.Main")
        assert target.exists(), name


def book(*sheets: tuple[str, list[tuple[Any, ...]]]) -> Workbook:
    """An openpyxl workbook of plain cells."""
    made = Workbook()
    made.remove(made.worksheets[0])
    for name, rows in sheets:
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    return made


def text(rows: list[tuple[Any, ...]], delimiter: str) -> str:
    """Rows as Excel writes them: quotes where they are needed, LF inside a cell."""
    lines = io.StringIO(newline="")
    csv.writer(lines, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return lines.getvalue()


def mac(rows: list[tuple[Any, ...]], delimiter: str) -> str:
    """The same with the line ends of the old Mac, inside a cell too."""
    return text(rows, delimiter).replace("\r\n", "\r").replace("\n", "\r")


def put(name: str, content: bytes) -> None:
    (HERE / name).write_bytes(content)


# --- Text files ---


def text_files(office: LibreOffice, folder: Path) -> None:
    """One table a script, in the dialects that programs write."""
    sources = {"russian": RUSSIAN, "latin": LATIN, "armenian": ARMENIAN}
    paths = {}
    for name, rows in sources.items():
        paths[name] = folder / f"{name}.xlsx"
        book(("Лист1", rows)).save(paths[name])
    # Delimiter, quote, character set (34: Windows-1251, 1: Windows-1252, 76: UTF-8, 65535: UTF-16), quote all.
    for name, source, options in [
        ("libreoffice-1251-semicolon.csv", "russian", "59,34,34"),
        ("libreoffice-1251-tab.txt", "russian", "9,34,34"),
        ("libreoffice-1252-comma.csv", "latin", "44,34,1"),
        ("libreoffice-1252-semicolon.csv", "latin", "59,34,1"),
        ("libreoffice-utf8-comma.csv", "armenian", "44,34,76"),
        ("libreoffice-utf8-semicolon.csv", "russian", "59,34,76"),
        ("libreoffice-utf8-pipe.csv", "armenian", "124,34,76"),
        ("libreoffice-utf8-tab.tsv", "latin", "9,34,76"),
        ("libreoffice-utf8-all-quoted.csv", "russian", "44,34,76,1,,0,true"),
        ("libreoffice-utf16-tab.txt", "armenian", "9,34,65535"),
    ]:
        office.convert(paths[source], name, options)

    # What only Excel writes, by hand.
    put("excel-unicode-text.txt", b"\xff\xfe" + text(ARMENIAN, "\t").encode("utf-16-le"))
    put("excel-csv-utf8.csv", b"\xef\xbb\xbf" + text(ARMENIAN, ";").encode())
    put("excel-csv-1251.csv", text(RUSSIAN, ";").encode("cp1251"))
    put("excel-csv-1252.csv", text(LATIN, ",").encode("cp1252"))
    put("excel-sep-semicolon.csv", ("sep=;\r\n" + text(RUSSIAN, ";")).encode("cp1251"))
    put("excel-sep-pipe-bom.csv", b"\xef\xbb\xbf" + ("sep=|\r\n" + text(ARMENIAN, "|")).encode())
    put("excel-mac-cr.csv", mac(LATIN, ",").encode())
    put("excel-mac-cr-1251.csv", mac(RUSSIAN, ";").encode("cp1251"))
    put("utf16-big-endian.csv", b"\xfe\xff" + text(RUSSIAN, ";").encode("utf-16-be"))
    put("google-sheets.csv", text(ARMENIAN, ",").rstrip().encode())
    put("1c-report-1251.csv", _report_of_1c().encode("cp1251"))
    put("one-column.csv", b"Phone\r\n37491000001\r\n37491000002\r\n\r\n37491000003\r\n")
    put("one-column-1251.csv", "Телефон\r\n37491000001\r\n37491000002\r\n".encode("cp1251"))
    put("one-word-1251.csv", "Phone;Name;Text\r\n37491000001;Иван;Hello\r\n37491000002;Max;Hello\r\n".encode("cp1251"))
    put("one-word-1252.csv", "Phone;Name;Text\r\n37491000001;José;Hello\r\n37491000002;Max;Hello\r\n".encode("cp1252"))
    put("header-bom-and-no-break-space.csv", "\ufeff\ufeffPhone\u00a0number;TEXT \n37491000001;Hi\n".encode())
    put("trailing-rows.csv", (text([*ARMENIAN[:3]], ";") + ";;\r\n" * 3000).encode())
    put("quoted-header-over-two-lines.csv", b'"Phone\nnumber";"Text, ""sms"""\n37491000001;"a;b"\n')
    put("more-commas-in-texts.csv", _more_commas().encode())

    pandas = import_module("pandas")
    frame = pandas.DataFrame(RUSSIAN[1:], columns=RUSSIAN[0])
    frame.to_csv(HERE / "pandas-utf8-bom.csv", index=False, encoding="utf-8-sig")
    frame.to_csv(HERE / "pandas-1251-semicolon.csv", index=False, sep=";", encoding="cp1251")
    frame.to_csv(HERE / "pandas-utf16-tab.tsv", index=False, sep="\t", encoding="utf-16")
    frame.to_csv(HERE / "pandas-with-index.csv")


def _report_of_1c() -> str:
    return (
        "Отчёт «Клиенты» № 5;;;\r\n"
        "Период: 01.11.2026 — 30.11.2026;;;\r\n"
        ";;;\r\n"
        "№;Контрагент;Номер телефона;Текст\r\n"
        '1;"ООО ""Ромашка""";37491000001;Счёт № 5 — «срочно»\r\n'
        "2;ИП Саргсян;37491000002;Счёт № 6\r\n"
        "3;Анна;37491000003;Счёт № 7\r\n"
        "Итого: 3;;;\r\n"
    )


def _more_commas() -> str:
    """Semicolons, and far more commas in the texts than semicolons."""
    return "Phone;Text\n" + "".join(f"3749100000{n};a, b, c, d, e, f, g\n" for n in range(1, 6))


# --- Workbooks ---


def workbooks(office: LibreOffice, folder: Path) -> None:
    """The same sources in every kind of workbook, by every program that writes it."""
    clean = folder / "clean.xlsx"
    book(("Հաճախորդներ", ARMENIAN)).save(clean)
    for kind in ("xlsx", "xlsm", "xls", "ods"):
        office.convert(clean, f"libreoffice-clean.{kind}")
    shutil.copy(clean, HERE / "openpyxl-clean.xlsx")
    # Some programs do not fill the last sector up; readers grumble, and read on.
    put("odd-size.xls", (HERE / "libreoffice-clean.xls").read_bytes() + bytes(100))

    numbers = folder / "numbers.xlsx"
    _numbers_book().save(numbers)
    shutil.copy(numbers, HERE / "openpyxl-numbers.xlsx")  # its formulas were never calculated
    for kind in ("xlsx", "xls", "ods"):
        office.convert(numbers, f"libreoffice-numbers.{kind}")
    office.convert(numbers, "libreoffice-numbers-as-shown.csv", "59,34,76,1,,0,false,true")

    values = folder / "values.xlsx"
    _values_book().save(values)
    shutil.copy(values, HERE / "openpyxl-values.xlsx")
    for kind in ("xlsx", "xls", "ods"):
        office.convert(values, f"libreoffice-values.{kind}")
    mac = _values_book(mac=True)
    mac.save(HERE / "openpyxl-values-1904.xlsx")
    _other_writers()


def _numbers_book() -> Workbook:
    made = book(("Numbers", [("phone", "text")]))
    sheet = made["Numbers"]
    for row, (value, shape) in enumerate(NUMBERS, start=2):
        cell = sheet.cell(row, 1, value)
        if shape:
            cell.number_format = shape
        sheet.cell(row, 2, "Hi")
    return made


def _values_book(*, mac: bool = False) -> Workbook:
    made = Workbook()
    if mac:
        made.epoch = CALENDAR_MAC_1904
    sheet = made.worksheets[0]
    sheet.title = "Values"
    for row in VALUES:
        sheet.append(row)
    for column, header in enumerate(VALUES[0], start=1):
        for number in (2, 3):
            if header in _FORMATS:
                sheet.cell(number, column).number_format = _FORMATS[header]
    return made


def _other_writers() -> None:
    pandas = import_module("pandas")
    frame = pandas.DataFrame(ARMENIAN[1:], columns=ARMENIAN[0])
    frame.to_excel(HERE / "pandas-clean.xlsx", index=False, engine="openpyxl")
    frame.to_excel(HERE / "pandas-clean.ods", index=False, engine="odf")
    values = pandas.DataFrame(VALUES[1:], columns=VALUES[0])
    values.to_excel(HERE / "pandas-values.xlsx", index=False, engine="xlsxwriter")

    xlsxwriter = import_module("xlsxwriter")
    made = xlsxwriter.Workbook(HERE / "xlsxwriter-rich.xlsx", {"constant_memory": True})  # strings lie in their cells
    bold, red = made.add_format({"bold": True}), made.add_format({"font_color": "red"})
    sheet = made.add_worksheet("Rich")
    sheet.write_row(0, 0, ["phone", "text"])
    sheet.write_rich_string(1, 0, bold, "374", "91", red, "000001")
    sheet.write_rich_string(1, 1, "Hello ", bold, "Ani", ", welcome")
    sheet.write_string(2, 0, "37491000002")
    sheet.write_string(2, 1, "  padded  ")
    made.close()
    made = xlsxwriter.Workbook(HERE / "xlsxwriter-formulas.xlsx")
    sheet = made.add_worksheet("Formulas")
    sheet.write_row(0, 0, ["phone", "text"])
    sheet.write_formula("A2", "=B2", value="37491000001")
    sheet.write_formula("B2", '="Hi"', value="Hi")
    sheet.write_formula("A3", "=37491000000+2", value=37491000002)
    sheet.write_formula("B3", '="Hi"', value="Hi")
    sheet.write_formula("A4", "=VLOOKUP(1,C:D,2)", value="#N/A")
    sheet.write_string("B4", "Hi")
    sheet.write_string("A5", "37491000004")
    sheet.write_formula("B5", "=1/0", value="#DIV/0!")
    made.close()

    xlwt = import_module("xlwt")
    old = xlwt.Workbook(encoding="utf-8")
    page = old.add_sheet("Clients")
    for number, row in enumerate(ARMENIAN):
        for column, value in enumerate(row):
            page.write(number, column, value)
    old.save(str(HERE / "xlwt-clean.xls"))


# --- Sheets that are not just a table ---


def shapes(office: LibreOffice, folder: Path) -> None:
    """Titles, hidden and merged rows, margins, several sheets."""
    made = {
        "title": _titled(),
        "hidden-rows": _hidden(),
        "second-sheet": book(
            ("Сводка", [("Месяц", "Всего"), ("Декабрь", 2)]),
            ("Клиенты", [("Телефон", "Текст"), (37491000001, "Раз"), (37491000002, "Два")]),
        ),
        "merged": _merged(),
        "comments": _commented(),
        "hidden-sheet": _hidden_sheet(),
        "margins": book(
            (
                "S",
                [
                    (),
                    (),
                    (),
                    (None, None, "phone", "text"),
                    (None, None, 37491000001, "One"),
                    (),
                    (None, None, 37491000002, "Two"),
                ],
            )
        ),
        "header-over-two-lines": book(("S", [("Номер\nтелефона", "Текст\u00a0"), (37491000001, "Раз")])),
        "errors-in-texts": book(
            (
                "S",
                [
                    ("phone", "text", "own"),
                    (37491000001, "=1/0", "x"),
                    (37491000002, "=NA()", "x"),
                    (37491000003, "Fine", "=NA()"),
                    (37491000004, '="Hi "&1', "x"),
                    (37491000005, "#N/A", "x"),
                ],
            )
        ),
    }
    for name, workbook in made.items():
        path = folder / f"{name}.xlsx"
        workbook.save(path)
        for kind in ("xlsx", "xls", "ods"):
            office.convert(path, f"{name}.{kind}")
    book(("S", [("phone", "text"), ("=37491000000+1", "Hi"), (37491000002, '="Hi"'), (37491000003, "Hi")])).save(
        HERE / "openpyxl-formulas.xlsx"
    )
    _trailing(3000).save(HERE / "trailing-rows.xlsx")
    few = folder / "trailing.xlsx"
    _trailing(500).save(few)
    for kind in ("xls", "ods"):
        office.convert(few, f"trailing-rows.{kind}")


def _titled() -> Workbook:
    made = book(
        (
            "Клиенты",
            [
                ("Список клиентов — декабрь 2026",),
                (),
                ("Телефон", "Имя", "Текст"),
                (37491000001, "Анна", "Раз"),
                (37491000002, "Пётр", "Два"),
            ],
        )
    )
    made.worksheets[0].merge_cells("A1:C1")
    return made


def _hidden() -> Workbook:
    rows = [("phone", "text"), *((37491000000 + n, f"Number {n}") for n in range(1, 6))]
    made = book(("S", rows))
    for row in (3, 5):
        made.worksheets[0].row_dimensions[row].hidden = True
    return made


def _hidden_sheet() -> Workbook:
    """The clients of last year are still there; nobody sees them."""
    made = book(
        ("Արխիվ", [("phone", "text"), (37491000099, "Old")]),
        ("Notes", [("What", "When"), ("Send", "soon")]),
        ("New", [("phone", "text"), (37491000001, "One"), (37491000002, "Two")]),
    )
    made.worksheets[0].sheet_state = "hidden"
    made.active = 1
    return made


def _merged() -> Workbook:
    rows = [
        ("phone", "name", "text"),
        (37491000001, "Ani", "One"),
        (37491000002, "The Petrosyans", "Two"),
        (37491000003, None, "Three"),
        (37491000004, "Aram", "Four"),
        (None, "Aram", "Five"),
    ]
    made = book(("S", rows))
    made.worksheets[0].merge_cells("B3:B4")
    made.worksheets[0].merge_cells("A5:A6")
    return made


def _commented() -> Workbook:
    """Comments and links lie in the cells, and are none of their text."""
    made = book(("S", [("phone", "text"), (37491000001, "One"), ("37491000002", "site")]))
    sheet = made.worksheets[0]
    sheet["A2"].comment = Comment("call\nhim", "Ani")
    sheet["B2"].comment = Comment("when?", "Ani")
    sheet["A3"].hyperlink = "tel:+37491000099"
    sheet["B3"].hyperlink = "https://shop.example/"
    sheet["B3"].value = "site"
    sheet["A3"].value = "37491000002"
    return made


def _trailing(count: int) -> Workbook:
    made = book(("S", [("phone", "text"), (37491000001, "One"), (37491000002, "Two")]))
    fill = PatternFill("solid", fgColor="FFEEEEEE")
    for row in range(4, 4 + count):
        for column in (1, 2):
            made.worksheets[0].cell(row, column).fill = fill
    return made


# --- What is refused ---


def refused(office: LibreOffice, folder: Path) -> None:
    """Files that must get a sentence of their own."""
    clean = folder / "clean.xlsx"
    (HERE / "a-csv-named.xlsx").write_bytes(text(ARMENIAN, ";").encode())
    (HERE / "a-csv-named.xls").write_bytes(text(RUSSIAN, ";").encode("cp1251"))
    shutil.copy(HERE / "openpyxl-clean.xlsx", HERE / "an-xlsx-named.csv")
    shutil.copy(HERE / "openpyxl-clean.xlsx", HERE / "an-xlsx-named.xls")
    shutil.copy(HERE / "openpyxl-clean.xlsx", HERE / "an-xlsx-named.ods")
    shutil.copy(HERE / "xlwt-clean.xls", HERE / "an-xls-named.xlsx")
    shutil.copy(HERE / "xlwt-clean.xls", HERE / "an-xls-named.csv")
    shutil.copy(HERE / "pandas-clean.ods", HERE / "an-ods-named.xlsx")
    office.convert(clean, "page.html")
    (HERE / "page.html").rename(HERE / "a-web-page-named.xls")
    put("excel-2003-xml-named.xls", _excel_2003_xml().encode())
    put("rtf-named.xls", rb"{\rtf1\ansi phone\par 37491000001}")
    for kind in ("xls", "ods"):
        office.lock(clean, f"password.{kind}")
    crypto = import_module("msoffcrypto.format.ooxml")
    with clean.open("rb") as source, (HERE / "password.xlsx").open("wb") as target:
        crypto.OOXMLFile(source).encrypt("geheim", target)

    put("empty.csv", b"")
    put("empty.xlsx", b"")
    put("only-a-bom.csv", b"\xef\xbb\xbf")
    put("only-spaces.csv", b"  \r\n;;\r\n\r\n")
    put("header-only.csv", "Телефон;Текст\r\n".encode("cp1251"))
    book(("S", [("phone", "text")])).save(HERE / "header-only.xlsx")
    book(("S", [])).save(HERE / "nothing-in-it.xlsx")
    put("nul.csv", b"phone,text\n37491000001,One\n37491000002,T\0wo\n")
    put("broken-utf8.csv", "phone,text\n37491000001,Բարև\n37491000002,Բար".encode() + b"\xd5\n37491000003,\xd5\xa2\n")
    put("broken-utf16.csv", b"\xff\xfe" + "phone\ttext\n37491000001\tOne\n".encode("utf-16-le") + b"3")
    put("open-quote.csv", b'phone,text\n37491000001,"One\n37491000002,Two\n')
    put("no-recipient-header.csv", "Контакт;Имя\r\n37491000001;Анна\r\n37491000002;Пётр\r\n".encode("cp1251"))
    put("two-recipient-headers.csv", "Телефон;Mobile;Текст\n37491000001;37491000002;Раз\n".encode())
    put("no-header.csv", b"37491000001,One\n37491000002,Two\n")


def _excel_2003_xml() -> str:
    rows = "".join(
        "<Row>" + "".join(f'<Cell><Data ss:Type="String">{cell}</Data></Cell>' for cell in row) + "</Row>"
        for row in [("phone", "text"), ("37491000001", "Hi")]
    )
    return (
        '<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n'
        '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"'
        ' xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">'
        f'<Worksheet ss:Name="S"><Table>{rows}</Table></Worksheet></Workbook>\n'
    )


def main() -> None:
    """Write the corpus."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        office = LibreOffice(folder)
        text_files(office, folder)
        workbooks(office, folder)
        shapes(office, folder)
        refused(office, folder)


if __name__ == "__main__":
    main()
