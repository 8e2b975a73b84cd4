"""What a destination's address may say: it is shown to people and kept in the audit log."""

import pytest

from jietong.core.errors import Invalid
from jietong.reports.channels.model import FolderTo, PrinterTo, Target, WebdavTo
from jietong.reports.delivery_model import checked_target


@pytest.mark.parametrize(
    "target",
    [
        WebdavTo("https://drop:pa55@files.example/reports/"),
        WebdavTo("https://drop@files.example"),
        PrinterTo("ipp://drop:pa55@printer.example/ipp/print"),
        FolderTo("../elsewhere"),
        FolderTo("/etc"),
    ],
)
def test_an_address_holds_no_password_and_leads_nowhere_else(target: Target) -> None:
    with pytest.raises(Invalid) as refused:
        checked_target("Files", target)
    assert refused.value.code == "invalid_destination"


@pytest.mark.parametrize(
    "target",
    [
        WebdavTo("https://files.example/reports@head-office/"),
        PrinterTo("ipp://printer.example:631/ipp/print"),
        FolderTo("reports/hechuan"),
    ],
)
def test_usual_addresses_are_taken(target: Target) -> None:
    checked_target("Files", target)
