"""What happened along a recording, from the ledger's events; and certificates that prove themselves."""

from datetime import UTC, datetime

import orjson
import pytest

from jietong.core import events as e
from jietong.core.vocabulary import EndedBy, Outcome, Party, Supervision
from jietong.identity.audit import Entry
from jietong.recordings.certificate import ACTION, Order, canonical, digest_of, document_of, faults, file_of
from jietong.recordings.marks import Mark, along
from jietong.recordings.model import Certificate, Hold, Recording, Track


def test_holds_pauses_and_listeners_are_stretches_of_time() -> None:
    found = along(
        [
            e.OfferAccepted(1_000, "c", "lin", "repair", 500),
            e.RecordingPaused(2_000, "c", "r1", "card", "lin"),
            e.SupervisionStarted(2_500, "c", "zhou", Supervision.WHISPER, "lin"),
            e.RecordingResumed(3_000, "c", "r1"),
            e.ContactHeld(4_000, "c", "lin"),
            e.SupervisionEnded(4_500, "c", "zhou", Supervision.WHISPER),
            e.ContactResumed(5_000, "c", "lin"),
            e.ContactEnded(6_000, "c", EndedBy.CUSTOMER, Outcome.HANDLED),
        ]
    )
    assert found.marks == [
        Mark("answered", 1_000, agent="lin", queue="repair"),
        Mark("pause", 2_000, 3_000, agent="lin", what="card", recording="r1"),
        Mark("supervision", 2_500, 4_500, agent="lin", other="zhou", what="whisper"),
        Mark("hold", 4_000, 5_000, agent="lin"),
        Mark("ended", 6_000, what="customer"),
    ]


def test_a_hold_ends_with_the_transfer_and_a_pause_with_its_recording() -> None:
    found = along(
        [
            e.ContactHeld(1_000, "c", "lin"),
            e.RecordingPaused(1_500, "c", "r1", "card", "lin"),
            e.ContactTransferred(2_000, "c", "lin", to_agent="chen"),
            e.RecordingEnded(2_100, "c", "r1", 2_000),
        ]
    )
    assert [(mark.kind, mark.at, mark.end) for mark in found.marks] == [
        ("hold", 1_000, 2_000),
        ("pause", 1_500, 2_100),
        ("transfer", 2_000, None),
    ]


def test_each_leg_has_its_own_quality() -> None:
    found = along(
        [
            e.LegStarted(0, "c", "l1", Party.CUSTOMER, trunk="t"),
            e.LegStarted(100, "c", "l2", Party.AGENT, "lin"),
            e.LegAnswered(200, "c", "l2"),
            e.LegQuality(900, "c", "l2", loss_pct=0.5, jitter_ms=4.0, round_trip_ms=40.0, mos=4.3, codec="opus"),
            e.LegEnded(1_000, "c", "l2", "normal"),
            e.LegQuality(1_000, "c", "unheard", mos=1.0),
        ]
    )
    customer, agent = found.legs
    assert (customer.trunk, customer.mos, customer.ended) == ("t", None, None)
    assert (agent.agent, agent.answered, agent.ended, agent.mos, agent.codec) == ("lin", 200, 1_000, 4.3, "opus")


ONE = Recording(
    "r1", "c", "hechuan", "repair", "lin", "always", None, 1_000, 60_000, (), (), 180, 2_000, 1_500, 1_500, None,
    "deleting", (Track("mix", "k", "hechuan/2026/07/r1.mix", 100, "ab" * 32, 8000, 44, 28, 0, b""),),
)  # fmt: skip
LIFTED = Hold("h", "c", "hechuan", "case 7", 10, "a", "Zhou", 20, "a", "Zhou", "case closed")


def _certificate() -> tuple[Certificate, Entry]:
    order = Order("retention", "kept 180 days", "system", "system", 5_000)
    document = document_of("cert1", ONE, order, [LIFTED], 6_000)
    digest = digest_of(document)
    certificate = Certificate("cert1", "r1", "c", "hechuan", 6_000, "retention", canonical(document), digest, 7)
    at = datetime(2026, 7, 15, tzinfo=UTC)
    entry = Entry(7, at, "system", "system", ACTION, "r1", {"certificate": "cert1", "sha256": digest}, "", "cd" * 32)
    return certificate, entry


def test_a_certificate_says_what_when_by_which_rule_and_on_whose_word() -> None:
    certificate, entry = _certificate()
    file = orjson.loads(orjson.dumps(file_of(certificate, entry.digest)))
    said = file["certificate"]
    assert said["tracks"] == [{"name": "mix", "bytes": 100, "sha256": "ab" * 32}]
    assert (said["why"], said["keep_days"], said["by"]["name"]) == ("retention", 180, "system")
    assert said["deleted"] == "1970-01-01T00:00:06.000Z"
    assert said["holds"][0]["lifted_by"] == "Zhou"
    assert faults(file, entry) == []


@pytest.mark.parametrize("field", ["recording", "deleted", "keep_days", "by", "tracks"])
def test_a_changed_certificate_does_not_hold(field: str) -> None:
    certificate, entry = _certificate()
    file = orjson.loads(orjson.dumps(file_of(certificate, entry.digest)))
    file["certificate"][field] = "other"
    assert faults(file, entry)
    file["sha256"] = digest_of(file["certificate"])  # forged with more care
    assert "the audit log knows another text" in faults(file, entry) or field == "recording"
    assert faults(file, entry)


@pytest.mark.parametrize("file", [None, [], {}, {"certificate": {}}, {"certificate": {"format": "x"}, "audit": {}}])
def test_what_is_no_certificate_is_told_so(file: object) -> None:
    assert faults(file, None) == ["it is no deletion certificate"]


def test_a_certificate_whose_entry_is_gone_does_not_hold() -> None:
    certificate, entry = _certificate()
    file = orjson.loads(orjson.dumps(file_of(certificate, entry.digest)))
    assert faults(file, None) == ["the audit log has no such deletion"]
