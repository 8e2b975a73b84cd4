"""docs/requirements.md names every requirement, and only files and tests that exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "requirements.md").read_text(encoding="utf-8")
LAST = {"A": 11, "B": 10, "C": 8, "D": 8, "E": 9, "F": 5, "G": 7, "H": 3, "I": 5}
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in TEXT.splitlines()
    if re.match(r"\| [A-I]\d", line)
]


def test_every_requirement_has_its_row() -> None:
    wanted = [f"{group}{number}" for group, last in LAST.items() for number in range(1, last + 1)]
    assert [row[0] for row in ROWS] == wanted


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_what_a_row_names_exists(row: list[str]) -> None:
    _, _, state, where, shown = row
    assert state.split(":")[0].split(",")[0].split(" (")[0].split(" for")[0] in {"works", "part", "open"}
    if state.startswith("open"):
        assert (where, shown) == ("–", "–")
        return
    paths = re.findall(r"`([^`]+)`", where)
    assert paths, "says where"
    for path in paths:
        assert (ROOT / path).exists(), path
    assert shown != "–"
    for name in shown.split(", "):
        file, _, test = name.partition("::")
        source = (ROOT / "tests" / file).read_text(encoding="utf-8")
        assert not test or re.search(rf"def {test}\(", source), name
