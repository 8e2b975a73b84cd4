"""The validator: every fault at its node, by its code; a good flow has none."""

import time
from typing import Any

import pytest
from flow_support import AROUND, flow, menu, names, said

from jietong.flows import demonstration, validator
from jietong.flows import model as m
from jietong.flows.faults import WORDS
from jietong.flows.surroundings import QueueThere, Surroundings


def codes(document: m.Flow, node: str | None = None, around: Surroundings | None = AROUND) -> set[str]:
    return {fault.code for fault in validator.check(document, around) if node is None or fault.node == node}


def play(id: str = "p", to: str = "end", **fields: Any) -> dict[str, Any]:
    return {"id": id, "type": "play", "prompt": said("hello"), "next": {"done": to}, **fields}


def queue(id: str = "q", **fields: Any) -> dict[str, Any]:
    exits = dict.fromkeys(("timed_out", "closed", "full", "ended"), "end")
    return {"id": id, "type": "queue", "queue": "repair", "next": exits, **fields}


def test_the_demonstration_s_flows_are_without_fault() -> None:
    channels = frozenset({"voice", "chat", "voicemail"})
    around = Surroundings(
        queues={id: QueueThere("hechuan", channels) for id in ("repair", "returns")},
        hours=frozenset({"round-the-clock"}),
        prompts={},
    )
    for document in demonstration.flows():
        assert validator.check(document, around) == [], document.id
        assert m.read(m.document(document)) == document


def test_a_good_flow_has_no_fault() -> None:
    assert codes(flow(play(to="m"), menu("m", "1", k1="q"), queue())) == set()


NODE_FAULTS: list[tuple[str, str, dict[str, Any]]] = [
    ("dead_end", "error", play(next={})),
    ("unknown_target", "error", play(to="nowhere")),
    ("target_is_note", "error", play(to="note")),
    ("unknown_exit", "warning", play(next={"done": "end", "undone": "end"})),
    ("endless", "error", play(to="p")),
    ("prompt_missing", "error", play(prompt=[])),
    ("bad_part", "error", play(prompt={})),
    ("text_missing", "error", play(prompt={"text": {"zh-Hans": "你好", "zh-Hant": "您好"}})),
    ("text_too_long", "error", play(prompt=said("x" * 1001))),
    ("unknown_prompt", "error", play(prompt={"audio": "gone"})),
    ("audio_missing", "warning", play(prompt={"audio": "half"})),
    ("unheard", "error", play(prompt={"audio": "half"})),
    ("bad_form", "error", play(prompt=said("{customer.name:sung}"))),
    ("unset_variable", "error", play(prompt=said("{order}"))),
    ("no_choices", "error", menu("p")),
    ("duplicate_key", "error", menu("p", "1", "1")),
    ("bad_key", "error", menu("p", "A")),
    ("out_of_range", "error", {**menu("p", "1"), "timeout_s": 0}),
    ("out_of_range", "error", {**menu("p", "1"), "tries": 99}),
    ("bad_variable", "error", {"type": "digits", "variable": "Größe"}),
    ("min_over_max", "error", {"type": "digits", "variable": "x", "min": 9, "max": 4}),
    ("bad_pattern", "error", {"type": "digits", "variable": "x", "check": "pattern", "pattern": r"(\d+)+"}),
    ("bad_pattern", "error", {"type": "digits", "variable": "x", "check": "pattern", "pattern": "["}),
    ("hours_missing", "error", {"type": "hours"}),
    ("unknown_hours", "error", {"type": "hours", "hours": "night"}),
    ("no_branches", "error", {"type": "condition"}),
    ("unknown_subject", "error", {"type": "condition", "branches": [{"when": {"subject": "weather"}}]}),
    ("unknown_queue", "error",
     {"type": "condition", "branches": [{"when": {"subject": "queue.gone.open", "value": True}}]}),
    ("bad_value", "error",
     {"type": "condition", "branches": [{"when": {"subject": "now.time", "op": "between", "value": "08:00"}}]}),
    ("queue_missing", "error", queue("p", queue="")),
    ("unknown_queue", "error", queue("p", queue="gone")),
    ("foreign_queue", "error", queue("p", queue="mall")),
    ("wrong_channel", "error", queue("p", queue="chats")),
    ("wrong_channel", "error", {"type": "voicemail", "queue": "chats", "prompt": said("x")}),
    ("number_missing", "error", {"type": "transfer"}),
    ("bad_number", "error", {"type": "transfer", "number": "the front desk"}),
    ("unknown_extension", "error", {"type": "transfer", "to": "extension", "number": "999"}),
    ("bad_url", "error", {"type": "http", "url": "ftp://erp.example/"}),
    ("bad_url", "error", {"type": "http", "url": "https://{customer.name}.example/"}),
    ("bad_url", "error", {"type": "http", "url": "https://erp.example@evil.example/"}),
    ("host_not_allowed", "error", {"type": "http", "url": "https://evil.example/"}),
    ("bad_header", "error", {"type": "http", "url": "https://erp.example/", "headers": {"Host": "x"}}),
    ("bad_header", "error", {"type": "http", "url": "https://erp.example/", "headers": {"X": "a\r\nY: b"}}),
    ("bad_score", "error", {"type": "survey", "prompt": said("x"), "keys": [{"key": "1", "score": 9}]}),
    ("survey_before_talk", "warning", {"type": "survey", "prompt": said("x")}),
    ("label_missing", "error", {**menu("p", "1"), "choices": [{"key": "1"}]}),
    ("skipped_in_chat", "warning", {"type": "voicemail", "queue": "repair", "prompt": said("x")}),
    ("unwritten", "error", play(prompt={"audio": "half"})),
    ("language_not_spoken", "error",
     {"type": "language", "prompt": said("x"), "choices": [{"key": "1", "language": "en"}]}),
]  # fmt: skip
OF_CHATS = {"label_missing", "skipped_in_chat", "unwritten"}


@pytest.mark.parametrize(
    ("code", "level", "node"), NODE_FAULTS, ids=[f"{c}-{i}" for i, (c, *_) in enumerate(NODE_FAULTS)]
)
def test_a_fault_is_found_at_its_node(code: str, level: str, node: dict[str, Any]) -> None:
    node = {"id": "p", **node}
    if "next" not in node:
        node["next"] = dict.fromkeys(m.exits(m.read({**WHOLE, "nodes": [node]}).nodes[0]), "end")
    note = {"id": "note", "type": "note"}
    fields: dict[str, Any] = {"channels": ["voice", "chat"]} if code in OF_CHATS else {}
    if code == "language_not_spoken":
        fields["languages"] = ["zh-Hans"]
    document = flow(node, note, {"id": "end", "type": "hang_up"}, **fields)
    found = [fault for fault in validator.check(document, AROUND) if fault.code == code]
    assert found, codes(document)
    assert {(fault.node, fault.level) for fault in found} == {("p", level)}


WHOLE: dict[str, Any] = {"format": "flow/v1", "id": "f", "name": names("F"), "client": "hechuan", "start": "p"}


def test_faults_of_the_whole_flow() -> None:
    assert "no_start" in codes(flow(play(), start="nowhere"))
    assert "name_missing" in codes(flow(play(), name={"en": "only"}))
    assert "duplicate_id" in codes(flow(play(), play()), "p")
    assert "bad_id" in codes(flow(play("node 1"), start="node 1"))
    many = [play(f"n{i}", f"n{i + 1}" if i < 500 else "end") for i in range(501)]
    assert codes(flow(*many)) == {"too_many_nodes"}


def test_what_cannot_be_reached_and_what_cannot_end() -> None:
    document = flow(play(to="m"), menu("m", "1", k1="m", timeout="m", invalid="m"), play("lost"))
    assert "unreachable" in codes(document, "lost")
    assert codes(document, "m") == {"no_way_out"}
    assert codes(document, "p") == {"no_way_out"}


def test_a_loop_is_a_fault_only_where_nobody_is_asked() -> None:
    asked = flow(play(to="m"), menu("m", "1", k1="p"))
    assert "endless" not in codes(asked)
    circle = flow(queue(next={**queue()["next"], "closed": "p"}), play(to="q"))
    assert {"endless"} <= codes(circle, "q"), "a closed queue sends back at once"
    assert {"endless"} <= codes(circle, "p")


def test_after_the_talk_there_is_no_second_queue() -> None:
    after = queue(next={**queue()["next"], "ended": "v"})
    voicemail = {"id": "v", "type": "voicemail", "queue": "repair", "prompt": said("x"),
                 "next": {"done": "end", "none": "end"}}  # fmt: skip
    assert "after_talk" in codes(flow(after, voicemail), "v")


def test_a_variable_must_be_set_on_the_way_and_a_secret_stays_one() -> None:
    digits = {"id": "d", "type": "digits", "prompt": said("x"), "variable": "pin", "secret": True,
              "next": {"done": "p", "none": "p"}}  # fmt: skip
    said_aloud = flow(digits, play(prompt=said("{pin}")))
    assert {"secret_used", "perhaps_unset"} <= codes(said_aloud, "p")
    in_address = {
        "id": "p",
        "type": "http",
        "url": "https://erp.example/{pin}",
        "next": {"ok": "end", "failed": "end"},
    }
    assert "secret_used" in codes(flow(digits, in_address), "p")
    in_body = {**in_address, "url": "https://erp.example/", "body": '{"pin":"{pin}"}'}
    assert "secret_used" not in codes(flow({**digits, "next": {"done": "p", "none": "end"}}, in_body), "p")
    before = flow(play(prompt=said("{x}"), to="s"),
                  {"id": "s", "type": "set", "variable": "x", "value": "1", "next": {"done": "end"}})  # fmt: skip
    assert "unset_variable" in codes(before, "p")


def test_what_is_not_known_here_is_not_looked_at() -> None:
    document = flow(play(prompt={"audio": "gone"}, to="q"), queue(queue="gone"))
    assert codes(document, around=None) == set()


def test_every_code_has_its_words_in_three_languages() -> None:
    for code, words in WORDS.items():
        assert set(words) == set(m.LANGUAGES), code
    used = {code for code, *_ in NODE_FAULTS}
    assert used <= set(WORDS)


def test_a_flow_of_five_hundred_nodes_is_checked_while_somebody_draws() -> None:
    nodes = [menu(f"n{i}", "1", "2", k1=f"n{i + 1}", k2=f"n{max(0, i - 1)}") for i in range(499)]
    nodes[-1] = menu("n498", "1")
    begun = time.perf_counter()
    assert codes(flow(*nodes)) == set()
    assert time.perf_counter() - begun < 2
