"""Reading the calendar's CSV: every way in which a file or a line can be wrong."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from market import calendar_file
from market.calendar_file import UnreadableFileError

HEADING = "name,country,event_time,impact_level"
GOOD = "Payrolls,United States,2027-03-05T13:30:00Z,high"


def read(text, encoding="utf-8"):
    return calendar_file.read(text.encode(encoding))


def line_of(**cells):
    """Return the one line of a file with these columns beside the needed ones."""
    row = dict(zip(HEADING.split(","), GOOD.split(","), strict=True)) | cells
    quoted = ",".join('"{}"'.format(cell.replace('"', '""')) for cell in row.values())
    (line,) = read(f"{','.join(row)}\n{quoted}\n")
    return line


def test_every_column_is_read():
    (line,) = read(
        ",".join(calendar_file.COLUMNS)
        + "\nPayrolls,United States,2027-03-05T13:30:00Z,America/New_York,HIGH,180,-1.5,0.0001,"
        'thousand,"spy, QQQ;BRK.B","Two\nlines",bls,7\n'
    )

    assert (line.number, line.name, line.wrong) == (3, "Payrolls", [])
    assert line.fields == {
        "name": "Payrolls",
        "country": "United States",
        "event_time": datetime(2027, 3, 5, 13, 30, tzinfo=UTC),
        "timezone": "America/New_York",
        "impact_level": "high",
        "forecast_value": Decimal(180),
        "actual_value": Decimal("-1.5"),
        "previous_value": Decimal("0.0001"),
        "unit": "thousand",
        "affected_symbols": ["SPY", "QQQ", "BRK.B"],
        "description": "Two\nlines",
        "data_source": "bls",
        "external_event_id": "7",
    }


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_spreadsheets_write_it_in_many_ways(encoding, delimiter, end):
    text = f"{HEADING}{end}Einkäufe,Österreich,2027-03-05T13:30:00Z,low{end}{end}"

    (line,) = read(text.replace(",", delimiter), encoding)

    assert (line.wrong, line.fields["country"]) == ([], "Österreich")


def test_headings_are_told_in_any_case():
    (line,) = read("Name, Country ,Event Time,IMPACT_LEVEL\n" + GOOD)

    assert line.wrong == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", r"A column is missing: name, country, event_time, impact_level\."),
        (b"name,country\n", r"A column is missing: event_time, impact_level\."),
        (b"name,colour\n", r"No such column: colour\. There are: name, country, "),
        (b"name,name,country,event_time,impact_level\n", r"A column is there twice\."),
        ("name\nKäse".encode("cp1252"), r"not in UTF-8 \(line 2\)\. In Excel, save it as"),
        (b"\xff\xfea", r"not in UTF-8"),
        (f'{HEADING}\n"a'.encode(), r"Line 2 is no CSV: unexpected end of data\."),
        (b"x" * 1_000_001, r"larger than 1,000 kB: part it\."),
        ((HEADING + f"\n{GOOD}" * 5001).encode(), r"more than 5,000 lines: part it\."),
    ],
)
def test_file_that_cannot_be_read_says_why(content, said):
    with pytest.raises(UnreadableFileError, match=said):
        calendar_file.read(content)


@pytest.mark.parametrize(
    ("cells", "wrong"),
    [
        ({"name": ""}, "name: is missing."),
        ({"name": " "}, "name: is missing."),
        ({"name": "x" * 256}, "name: has more than 255 characters."),
        ({"name": "a\nb"}, "name: has characters that are no text."),
        ({"unit": "a\x07"}, "unit: has characters that are no text."),
        ({"event_time": "5.3.2027"}, "event_time: write it as 2027-03-05T13:30:00Z."),
        ({"event_time": "2027-03-05"}, "event_time: write it as 2027-03-05T13:30:00Z."),
        ({"timezone": "Mars"}, "timezone: use a name such as America/New_York."),
        ({"impact_level": "huge"}, "impact_level: choose one of: low, medium, high."),
        (
            {"forecast_value": "1,5"},
            "forecast_value: write a number as 1234.5, without unit or separators.",
        ),
        (
            {"forecast_value": "NaN"},
            "forecast_value: write a number as 1234.5, without unit or separators.",
        ),
        (
            {"actual_value": "1_0"},
            "actual_value: write a number as 1234.5, without unit or separators.",
        ),
        (
            {"actual_value": "1.00001"},
            "actual_value: has more than 11 digits before the point, or 4 after it.",
        ),
        (
            {"previous_value": "1e11"},
            "previous_value: has more than 11 digits before the point, or 4 after it.",
        ),
        ({"affected_symbols": "SPY $"}, "affected_symbols: no symbol: $."),
        ({"affected_symbols": "A " * 501}, "affected_symbols: has more than 500 symbols."),
    ],
)
def test_line_says_what_is_wrong(cells, wrong):
    assert line_of(**cells).wrong == [wrong]


def test_line_says_everything_that_is_wrong():
    assert len(line_of(country="", impact_level="huge", actual_value="x").wrong) == 3


def test_line_with_other_cells_than_the_heading_is_refused():
    (line,) = read(f"{HEADING}\n{GOOD},more\n")

    assert line.wrong == ["It has 5 cells, and the heading has 4."]


def test_empty_cell_says_nothing():
    assert "actual_value" not in line_of(actual_value="").fields


@pytest.mark.parametrize(
    ("time", "zone", "hour"),
    [
        ("2027-01-05 08:30", "America/New_York", 13),
        ("2027-07-05 08:30", "America/New_York", 12),
        ("2027-01-05T08:30:00", "", 8),
        ("2027-01-05T08:30:00-03:00", "America/New_York", 11),
    ],
)
def test_time_is_by_the_clock_of_its_zone(time, zone, hour):
    at = line_of(event_time=time, timezone=zone).fields["event_time"]

    assert (at.hour, at.tzinfo) == (hour, UTC)


@pytest.mark.parametrize("time", ["2027-03-14 02:30", "2027-11-07 01:30"])
def test_time_that_a_clock_skips_or_shows_twice_is_refused(time):
    line = line_of(event_time=time, timezone="America/New_York")

    assert line.wrong == [
        "event_time: that clock is changed then: write the offset, such as -05:00."
    ]


@pytest.mark.parametrize("text", ["=cmd()", "+1", "@x", "-x"])
def test_what_an_export_made_harmless_is_itself_again(text):
    assert line_of(name=f"'{text}").fields["name"] == text


def test_apostrophe_stays_where_it_means_nothing():
    assert line_of(name="'s Gravenhage").fields["name"] == "'s Gravenhage"


@pytest.mark.parametrize("columns", ["", ",data_source,external_event_id"])
def test_event_that_is_there_twice_is_refused_the_second_time(columns):
    row = GOOD + (",bls,7" if columns else "")

    lines = read(f"{HEADING}{columns}\n{row}\n{row}\n")

    assert [line.wrong for line in lines] == [[], ["The same event as in line 2."]]


def test_template_is_sound():
    text = ",".join(calendar_file.COLUMNS) + "\n" + ",".join(calendar_file.TEMPLATE[0])

    assert [line.wrong for line in read(text)] == [[]]
