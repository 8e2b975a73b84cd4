"""Flows as customers go through them (A2, A3, A8, F1): the interpreter by its runner."""

import time

import pytest
from flow_support import Customer, flow, menu, said

from jietong.core.errors import Invalid, Unavailable
from jietong.core.vocabulary import Outcome
from jietong.flows import acts as a
from jietong.flows import demonstration, interpreter
from jietong.flows import model as m
from jietong.flows.host import Ending
from jietong.flows.runner import Runner


async def walk(document: m.Flow, who: Customer, **begin: object) -> Ending:
    return await Runner(document, who).run(language=str(begin.pop("language", "en")), **begin)  # type: ignore[arg-type]


async def test_the_service_line_leads_a_repair_call_to_its_queue_and_asks_how_it_was() -> None:
    line, _ = demonstration.flows()
    caller = Customer("3", "1", "2", "1")
    ending = await walk(line, caller, language="zh-Hans")
    assert ending == Ending("finished", None, "goodbye")
    assert caller.joined[0].queue == "repair"
    assert caller.rated == [(4, True)]
    assert "For repairs press one, for returns and refunds two" in " ".join(caller.heard), "English was chosen"
    assert ("menu", "key:1") in caller.steps
    assert ("repair", "ended") in caller.steps


async def test_a_wrong_key_is_asked_again_and_silence_leads_out_by_its_own_exit() -> None:
    document = flow(menu("m", "1", timeout="quiet", invalid="wrong"), *ends("quiet", "wrong"))
    patient = Customer("7", "1")
    assert (await walk(document, patient)).node == "end"
    assert patient.heard.count("menu m") == 2
    assert (await walk(document, Customer("", "", ""))).node == "quiet"
    assert (await walk(document, Customer("", "", "9"))).node == "wrong"


async def test_digits_are_taken_when_they_fit_and_can_be_used_after() -> None:
    digits = {
        "id": "d", "type": "digits", "prompt": said("card?"), "min": 4, "max": 19, "variable": "card",
        "check": "luhn", "tries": 2, "next": {"done": "p", "none": "no"},
    }  # fmt: skip
    play = {"id": "p", "type": "play", "prompt": said("{card:digits}"), "next": {"done": "end"}}
    document = flow(digits, play, *ends("no"))
    good = Customer("4111111111111112", "4111111111111111")
    assert (await walk(document, good)).node == "end"
    assert good.heard[-1].startswith("four one one one")
    assert (await walk(document, Customer("1", "12345"))).node == "no"


async def test_a_pattern_that_would_run_away_matches_nothing() -> None:
    for pattern in (r"(\d+)+x", r"\d?" * 24 + "x", "(1|1)" * 19, r"(?:\d\d?)+$", r"\d*\d*\d*\d*x", "[", ""):
        node = m.Digits(id="d", check="pattern", pattern=pattern, min=1, max=40)
        begun = time.perf_counter()
        assert not interpreter.fits(node, "1" * 40), pattern
        assert time.perf_counter() - begun < 0.5
    assert interpreter.fits(m.Digits(id="d", check="pattern", pattern=r"1[3-9]\d{9}", max=11), "13857100935")


async def test_secret_digits_go_into_a_request_and_nowhere_else() -> None:
    digits = {"id": "d", "type": "digits", "min": 4, "max": 4, "variable": "pin", "secret": True,
              "prompt": said("pin?"), "next": {"done": "p", "none": "end"}}  # fmt: skip
    play = {"id": "p", "type": "play", "prompt": said("you said {pin}."), "next": {"done": "h"}}
    http = {"id": "h", "type": "http", "method": "POST", "url": "https://erp.example/pin", "body": '{"pin": "{pin}"}',
            "next": {"ok": "end", "failed": "end"}}  # fmt: skip
    document = flow(digits, play, http)
    sent: list[a.Fetch] = []

    async def fetch(_: m.Flow, wish: a.Fetch) -> dict[str, str] | None:
        sent.append(wish)
        return {}

    caller = Customer("4821")
    runner = Runner(document, caller, fetch=fetch)
    await runner.run(language="en")
    assert sent[0].body == '{"pin": "4821"}'
    told = [*caller.heard, str(caller.steps), repr(runner.state), repr(sent[0]), str(runner.state.variables)]
    assert not any("4821" in text for text in told)


async def test_what_goes_into_a_request_is_quoted_for_its_place() -> None:
    http = {
        "id": "h", "type": "http", "method": "POST", "url": "https://erp.example/{v}?q={v}", "body": '{"a":"{v}"}',
        "headers": {"X-Name": "{v}"}, "next": {"ok": "end", "failed": "end"},
    }  # fmt: skip
    move = interpreter.begin(flow(http), language="en", variables={"v": 'a/b"&\r\nX: 1'})
    assert isinstance(move.act, a.Fetch)
    assert move.act.url == "https://erp.example/a%2Fb%22%26%0D%0AX%3A%201?q=a%2Fb%22%26%0D%0AX%3A%201"
    assert move.act.body == '{"a":"a/b\\"&\\r\\nX: 1"}'
    assert move.act.headers == {"X-Name": 'a/b"&X: 1'}, "a value cannot begin another header"


async def test_a_prompt_in_another_language_is_spoken_by_that_language_s_voice() -> None:
    prompt = [{"text": {"en": "For English press two"}, "language": "en"}, said("您好")]
    document = flow({"id": "p", "type": "play", "prompt": prompt, "next": {"done": "end"}})
    act = interpreter.begin(document, language="zh-Hans").act
    assert isinstance(act, a.Say)
    assert [part.language for part in act.saying] == ["en", "zh-Hans"]


async def test_hours_and_refusals_name_the_outcome_of_a_customer_who_gets_no_further() -> None:
    hours = {"id": "h", "type": "hours", "hours": "office", "next": {"open": "q", "closed": "end", "holiday": "end"}}
    document = flow(hours, queue("q"))
    assert (await walk(document, Customer(hours="holiday"))).outcome is Outcome.REFUSED_CLOSED
    assert (await walk(document, Customer(queue=["full"]))).outcome is Outcome.REFUSED_FULL
    assert (await walk(document, Customer(queue=["timed_out"]))).outcome is Outcome.TIMED_OUT


async def test_self_service_is_served_and_a_message_is_a_voicemail() -> None:
    served = flow({"id": "p", "type": "play", "prompt": said("the answer"), "next": {"done": "s"}},
                  {"id": "s", "type": "hang_up", "served": True})  # fmt: skip
    assert (await walk(served, Customer())).outcome is Outcome.SELF_SERVED
    left = flow(voicemail("v"))
    assert await walk(left, Customer()) == Ending("voicemail", Outcome.VOICEMAIL, "end")
    assert (await walk(left, Customer(message=False))).outcome is Outcome.LOST_IN_FLOW


@pytest.mark.parametrize("where", ["say", "ask", "queue", "voicemail"])
async def test_a_customer_who_hangs_up_anywhere_ends_the_flow_there(where: str) -> None:
    document = flow(
        {"id": "p", "type": "play", "prompt": said("hello"), "next": {"done": "m"}},
        menu("m", "1", k1="q"),
        queue("q", timed_out="v"),
        voicemail("v"),
    )
    ending = await walk(document, Customer("1", queue=["timed_out"], leaves_at=where))
    node = {"say": "p", "ask": "m", "queue": "q", "voicemail": "v"}[where]
    outcome = {"queue": None, "voicemail": Outcome.TIMED_OUT}.get(where, Outcome.LOST_IN_FLOW)
    assert ending == Ending("hung_up", outcome, node)


async def test_a_call_back_keeps_the_contact_alive_and_ends_the_call() -> None:
    callback = {"id": "c", "type": "callback", "queue": "repair", "prompt": said("call you?"),
                "next": {"accepted": "p", "declined": "no"}}  # fmt: skip
    play = {"id": "p", "type": "play", "prompt": said("we will"), "next": {"done": "end"}}
    document = flow(callback, play, *ends("no"))
    assert await walk(document, Customer("1")) == Ending("callback", None, "end")
    assert (await walk(document, Customer("2"))).node == "no"
    assert (await walk(document, Customer("1", called_back=False))).node == "no"
    unknown = Customer("1")
    assert (await walk(document, unknown, reachable=False)).node == "no"
    assert unknown.acts == [], "nobody is offered a call whose number is withheld"


async def test_a_key_in_the_queue_may_keep_the_place_or_leave_it() -> None:
    waiting = queue("q", keys=[{"key": "1", "does": "callback"}, {"key": "2", "does": "leave"}])
    waiting["next"] |= {"key:1": "end", "key:2": "v"}
    document = flow(waiting, voicemail("v"))
    assert await walk(document, Customer(queue=["key:1"])) == Ending("callback", None, "end")
    assert (await walk(document, Customer(queue=["key:2"]))).outcome is Outcome.VOICEMAIL


async def test_the_survey_asks_by_the_source_s_scale_and_only_after_a_talk() -> None:
    survey = {"id": "s", "type": "survey", "prompt": said("how?"), "ask_resolved": True,
              "resolved_prompt": said("ok?"), "thanks": said("thanks"),
              "next": {"done": "end", "none": "end"}}  # fmt: skip
    document = flow(queue("q", ended="s"), survey)
    pleased = Customer("1", "2")
    ending = await walk(document, pleased)
    assert pleased.rated == [(5, False)]
    assert pleased.heard[-1] == "thanks"
    assert ending.outcome is None, "the contact had ended with its talk"
    for keys in (("8", "9"), ("", "")):
        silent = Customer(*keys)
        await walk(document, silent)
        assert silent.rated == []
        assert ("s", "none") in silent.steps
    unasked = Customer(survey=False)
    await walk(document, unasked)
    assert unasked.heard == []


async def test_a_flow_in_circles_ends_as_failed_and_not_never() -> None:
    loop = {"id": "s", "type": "set", "variable": "x", "value": "{x}1", "next": {"done": "s"}}
    assert (await walk(flow(loop), Customer())).how == "failed"
    silent = flow(menu("m", "1", timeout="m", invalid="m"))
    caller = Customer()
    assert (await walk(silent, caller)).how == "failed"
    assert caller.acts.count("ask") <= interpreter.SILENT + 1
    assert (await walk(flow({"id": "p", "type": "play", "prompt": said("hi")}), Customer())).how == "failed"


async def test_a_broken_line_fails_its_own_flow_and_an_outage_is_told() -> None:
    class Broken(Customer):
        async def ask(self, question: a.Ask) -> str:
            raise self.answers["error"]

    document = flow(menu("m", "1"))
    assert (await walk(document, Broken(error=RuntimeError("a bug")))).how == "failed"
    assert (await walk(document, Broken(error=Invalid("x", "y")))).how == "failed"
    with pytest.raises(Unavailable):
        await walk(document, Broken(error=Unavailable("database_gone", "gone")))


async def test_an_answer_to_another_question_is_refused() -> None:
    document = flow(menu("m", "1"))
    move = interpreter.begin(document, language="en")
    with pytest.raises(Invalid, match="does not wait"):
        interpreter.advance(document, move.state, a.Done())
    with pytest.raises(Invalid, match="another flow"):
        interpreter.advance(flow(menu("other", "1")), move.state, a.Keys("1"))


async def test_a_chat_passes_by_what_only_a_telephone_has() -> None:
    document = flow(
        menu("m", "1", k1="v"),
        {**voicemail("v"), "next": {"done": "end", "none": "t"}},
        {"id": "t", "type": "transfer", "number": "801", "next": {"done": "end", "failed": "q"}},
        queue("q"),
    )
    caller = Customer("1")
    await walk(document, caller, channel="chat")
    assert caller.acts == ["ask", "queue"]
    assert caller.steps[:3] == [("m", "key:1"), ("v", "none"), ("t", "failed")]


async def test_conditions_look_at_the_customer_the_clock_and_the_queue() -> None:
    def branch(subject: str, op: str, value: object = None) -> dict[str, object]:
        return {"when": {"subject": subject, "op": op, "value": value}}

    node = {
        "id": "c", "type": "condition",
        "branches": [
            branch("customer.segment", "in", ["金卡", "Gold"]),
            branch("now.time", "between", ["22:00", "06:00"]),
            branch("queue.repair.ewt_s", "gt", 180),
        ],
        "next": {"branch:0": "gold", "branch:1": "night", "branch:2": "long", "else": "end"},
    }  # fmt: skip
    document = flow(node, *ends("gold", "night", "long"))

    async def way(customer: dict[str, str] | None = None, **measured: object) -> str:
        values = {"now.time": measured.get("time", "12:00"), "queue.repair.ewt_s": measured.get("wait")}
        return (await walk(document, Customer(measured=values), customer=customer)).node

    assert await way({"segment": "金卡"}) == "gold"
    assert await way(time="23:10") == "night"
    assert await way(time="05:59") == "night"
    assert await way(time="06:01", wait=181.5) == "long"
    assert await way(wait=180) == "end"
    assert await way() == "end", "a wait that cannot be told is not a long one"


def ends(*ids: str) -> list[dict[str, object]]:
    return [{"id": id, "type": "hang_up"} for id in ids]


def queue(id: str, keys: list[dict[str, str]] | None = None, **to: str) -> dict[str, object]:
    exits = {exit: to.get(exit, "end") for exit in ("timed_out", "closed", "full", "ended")}
    return {"id": id, "type": "queue", "queue": "repair", "keys": keys or [], "next": exits}


def voicemail(id: str) -> dict[str, object]:
    return {"id": id, "type": "voicemail", "queue": "repair", "prompt": said("speak"),
            "next": {"done": "end", "none": "end"}}  # fmt: skip
