"""Files as they come: encodings, separators, quotation marks, broken bytes. No row is lost."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jietong.core.errors import Invalid
from jietong.imports.source import Record, Source


def records(path: Path, content: bytes, encoding: str = "utf-8") -> list[Record]:
    path.write_bytes(content)
    with Source(path, encoding) as source:
        names, separator = source.heading()
        found = list(source.records(separator))
        assert names[0] == "a"
        assert source.position == source.size
    return found


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_separators_line_ends_and_a_byte_order_mark(tmp_path: Path, separator: str, ends: str, mark: bytes) -> None:
    text = ends.join([separator.join("abc"), separator.join(["1", '"x y"', "三"]), "", separator.join("456")])
    found = records(tmp_path / "f.csv", mark + text.encode())
    assert [(one.line, one.fields) for one in found] == [(2, ["1", "x y", "三"]), (4, ["4", "5", "6"])]


def test_gb18030_by_option_and_a_hint_without_it(tmp_path: Path) -> None:
    content = "a,原因\n1,漏水\n".encode("gb18030")
    assert records(tmp_path / "f.csv", content, "gb18030")[0].fields == ["1", "漏水"]
    with pytest.raises(Invalid, match="--encoding gb18030"):
        records(tmp_path / "f.csv", content)
    with pytest.raises(Invalid):
        Source(tmp_path / "f.csv", "latin-9")


def test_a_row_of_bad_bytes_is_told_and_the_next_is_read(tmp_path: Path) -> None:
    bad, good = records(tmp_path / "f.csv", b"a,b\n\xff\xfe,1\n2,3\n")
    assert (bad.line, bad.code, bad.fields) == (2, "bad_bytes", None)
    assert "\\xff" in bad.row
    assert good.fields == ["2", "3"]


def test_a_quoted_line_end_belongs_to_its_field(tmp_path: Path) -> None:
    one, two = records(tmp_path / "f.csv", b'a,b\n1,"x\ny"\n2,3\n')
    assert (one.fields, one.row) == (["1", "x\ny"], '1,"x\ny"')
    assert (two.line, two.fields) == (4, ["2", "3"])


def test_a_quotation_mark_that_never_closes_costs_one_row(tmp_path: Path) -> None:
    rows = b"".join(b"%d,x\n" % n for n in range(50))
    bad, *rest = records(tmp_path / "f.csv", b'a,b\n1,"open\n' + rows)
    assert (bad.code, bad.line) == ("unclosed_quote", 2)
    assert [one.fields for one in rest] == [[str(n), "x"] for n in range(50)]


def test_a_row_without_end_is_too_long(tmp_path: Path) -> None:
    bad, good = records(tmp_path / "f.csv", b"a,b\n" + b"x" * 200_000 + b"\n1,2\n")
    assert (bad.code, good.fields) == ("too_long", ["1", "2"])


def test_an_empty_file_cannot_be_used(tmp_path: Path) -> None:
    with pytest.raises(Invalid):
        records(tmp_path / "f.csv", b"\n\n")


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.binary(max_size=30).map(lambda row: row.replace(b"\n", b"").replace(b"\r", b"")), max_size=40))
def test_every_line_is_in_exactly_one_record(tmp_path: Path, rows: list[bytes]) -> None:
    found = records(tmp_path / "f.csv", b"a,b\n" + b"".join(row + b"\n" for row in rows))
    said = [row.decode("utf-8", "backslashreplace") for row in rows]
    wanted = [text for text in said if text and not text.isspace()]
    lines = [line for one in found for line in one.row.split("\n")]
    assert [line for line in lines if line and not line.isspace()] == wanted
