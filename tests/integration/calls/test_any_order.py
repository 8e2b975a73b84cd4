"""Whatever people, desks, telephones, the switch and the centre do, in whatever order: nobody is lost, nothing is
left over, no one hears whom they should not, and every contact ends once."""

import random

import pytest
from calls_support import Box
from test_reconcile import killed_and_started

from jietong.calls import outbound, recording, supervision, transfer
from jietong.channels.memory.party import Behaviour, Line, Telephone
from jietong.core import commands as k
from jietong.core import events as e
from jietong.core.errors import JietongError
from jietong.core.specs import RecordingRule
from jietong.core.vocabulary import Channel, Place, Status, Supervision
from jietong.identity.model import Principal
from jietong.identity.permissions import Role, permissions_of

AGENTS = ("anna", "ben", "carl", "dora", "emil")
OUTSIDE = ("+8613911110000", "+8613911110001")
STEPS = 70


def principal(agent: str, role: Role) -> Principal:
    held = frozenset({role})
    return Principal(f"acc-{agent}", agent, agent, held, permissions_of(held), agent_id=agent)


class Crowd:
    """People who do things at random."""

    def __init__(self, centre: Box, seed: int) -> None:
        self.centre = centre
        self.dice = random.Random(seed)
        self.callers: list[Line] = []
        self.phones: dict[str, Telephone] = {}
        self.done: list[str] = []

    async def arrive(self) -> None:
        centre, dice = self.centre, self.dice
        await centre.queue(recording=RecordingRule(announce=dice.random() < 0.5), max_wait_s=90, wrapup_s=5)
        await centre.queue(id="second", recording=RecordingRule(announce=False), wrapup_s=5)
        for n, agent in enumerate(AGENTS):
            behaviour = Behaviour(answer_after_s=dice.choice((1, 3, None)))
            phone = await centre.agent(agent, f"80{n}", behaviour, kind=dice.choice(("phone", "softphone")))
            assert phone is not None
            self.phones[agent] = phone
        await centre.agent("boss", "850", kind="softphone")
        await centre.tell(k.SetStatus("boss", Status.BREAK))
        for number in OUTSIDE:
            centre.exchange.outside[number] = Behaviour(
                answer_after_s=dice.choice((1, 4, None)), rejects=dice.choice((None, None, "busy"))
            )

    async def step(self) -> None:
        dice, centre = self.dice, self.centre
        kind = dice.choices(
            (
                "call",
                "key",
                "leave",
                "phone",
                "desk",
                "boss",
                "dial",
                "outside",
                "status",
                "device",
                "fault",
                "pause",
            ),
            (9, 10, 5, 16, 34, 6, 4, 6, 8, 3, 1.2, 3),
        )[0]
        self.done.append(kind)
        try:
            await getattr(self, f"_{kind}")()
        except JietongError as error:
            self.done[-1] += f"!{error.code}"
        await centre.run(dice.choice((0, 0, 0.3, 1, 2, 6, 15)))
        self.check()

    async def _call(self) -> None:
        self.callers.append(self.centre.dial_in(caller=f"1380000{len(self.callers):04d}"))

    async def _key(self) -> None:
        if self.callers:
            self.dice.choice(self.callers).press(self.dice.choice("1123499#"))

    async def _leave(self) -> None:
        if self.callers:
            self.dice.choice(self.callers).hang_up()

    async def _phone(self) -> None:
        phone = self.phones[self.dice.choice(AGENTS)]
        act = self.dice.choice(
            ("answer", "answer", "reject", "hang_up", "hold", "unhold", "refer", "vanish", "second")
        )
        if act == "second":
            phone.dial(self.dice.choice(("800", "801", "802", "13911110000", "77")))
        elif phone.lines:
            line = self.dice.choice(phone.lines)
            if act == "refer":
                line.refer(self.dice.choice(("800", "801", "second", "13911110001", "nowhere")))
            else:
                getattr(line, act)()

    async def _desk(self) -> None:
        centre, dice = self.centre, self.dice
        agents = centre.engine.agents
        having = {
            agent: [*agents[agent].contacts, *agents[agent].offers, *agents[agent].consulting] for agent in AGENTS
        }
        busy = [agent for agent in AGENTS if having[agent]]
        if not busy:
            return
        agent = dice.choice(busy)
        contact = dice.choice(having[agent])
        other = dice.choice([one for one in AGENTS if one != agent])
        await centre.tell(
            dice.choice(
                (
                    k.Accept(agent, contact),
                    k.Accept(agent, contact),
                    k.Decline(agent, contact),
                    k.Hold(agent, contact),
                    k.Resume(agent, contact),
                    k.End(agent, contact),
                    k.Transfer(agent, contact, to_queue="second"),
                    k.Transfer(agent, contact, to_agent=other),
                    k.Consult(agent, contact, other),
                    k.Consult(agent, contact, other),
                    k.MergeConsult(agent, contact),
                    k.CompleteConsult(agent, contact),
                    k.CancelConsult(agent, contact),
                    k.FinishWrapup(agent, contact),
                )
            )
        )

    async def _boss(self) -> None:
        boss = principal("boss", Role.SUPERVISOR)
        for contact in list(self.centre.calls.calls):
            if self.dice.random() < 0.5:
                mode = self.dice.choice(list(Supervision))
                await supervision.take_part(self.centre.calls, boss, contact, mode)
            else:
                await supervision.leave(self.centre.calls, boss, contact)

    async def _dial(self) -> None:
        agent = self.dice.choice(AGENTS)
        number = self.dice.choice(OUTSIDE)
        await outbound.dial(self.centre.calls, principal(agent, Role.ANSWERER), number=number, queue="repair")

    async def _outside(self) -> None:
        for call in list(self.centre.calls.calls.values()):
            agent = call.standing.agent
            if agent is not None and self.dice.random() < 0.6:
                act = self.dice.choice((0, 0, 1, 2, 3))
                if act == 0:
                    blind = self.dice.random() < 0.5
                    await call.do(lambda c=call, a=agent, b=blind: transfer.outside(c, a, OUTSIDE[0], blind=b))  # type: ignore[misc]
                else:
                    work = (transfer.complete_outside, transfer.merge_outside, transfer.cancel_outside)[act - 1]
                    await call.do(lambda w=work, c=call, a=agent: w(c, a))  # type: ignore[misc]

    async def _status(self) -> None:
        """Most of all, those who did not respond come back."""
        for agent in AGENTS:
            chosen = Status.BREAK if self.dice.random() < 0.1 else Status.READY
            await self.centre.tell(k.SetStatus(agent, chosen))

    async def _device(self) -> None:
        phone = self.phones[self.dice.choice(AGENTS)]
        (phone.register if self.dice.random() < 0.7 else phone.lose)()

    async def _fault(self) -> None:
        centre = self.centre
        fault = self.dice.choice(("kill", "cut", "restart", "disk"))
        self.done[-1] += f" {fault}"
        if fault == "kill":
            await killed_and_started(centre, self.dice.choice((0.2, 3)))
            await centre.tell(*(k.PresenceBack(agent) for agent in AGENTS))
        elif fault == "cut":
            centre.switch.cut()
            await centre.run(self.dice.choice((1, 10)))
            centre.switch.mend()
        elif fault == "restart":
            centre.exchange.restart(2)
            await centre.run(4)
        else:
            centre.exchange.recorder.refuses = not centre.exchange.recorder.refuses

    async def _pause(self) -> None:
        for call in list(self.centre.calls.calls.values()):
            if call.recording is not None and not call.recording.stopping:
                await recording.pause(call, "anna")

    def check(self) -> None:
        """At every instant: the engine is sound, and no caller hears an agent who does not talk to them."""
        centre = self.centre
        assert centre.engine.check() == []
        talkers = {line.leg: agent for agent, phone in self.phones.items() for line in phone.lines}
        for line in self.callers:
            if line.ended is not None or not line.answered or line.leg not in centre.calls.by_leg:
                continue
            call = centre.calls.by_leg[line.leg]
            standing = call.standing
            heard = {talkers[leg] for leg in line.hears if leg in talkers}
            allowed = {standing.agent} if standing.talk else set()
            if standing.talk and standing.consult is not None and standing.consult.merged:
                allowed.add(standing.consult.other)
            assert heard <= allowed, (heard, standing)


@pytest.mark.parametrize("seed", range(12))
async def test_any_history_ends_with_every_contact_ended_once_and_nothing_left_over(centre: Box, seed: int) -> None:
    crowd = Crowd(centre, seed)
    await crowd.arrive()
    for _ in range(STEPS):
        await crowd.step()
    for line in crowd.callers:
        line.hang_up()
    await centre.run(40)
    for phone in centre.exchange.telephones.values():
        for line in list(phone.lines):
            line.hang_up()
    for lines in centre.exchange.rung.values():
        for line in lines:
            line.hang_up()
    await centre.tell(*(k.SetStatus(agent, Status.BREAK) for agent in AGENTS))
    for contact in list(centre.engine.contacts.values()):
        if contact.callback or contact.channel is Channel.VOICEMAIL:
            await centre.tell(k.CloseContact(contact.id))
    await centre.run(100)
    arrived = [one.contact for one in centre.of(e.ContactArrived) if one.channel is Channel.VOICE]
    ended = [one.contact for one in centre.of(e.ContactEnded)]
    assert len(arrived) == len(set(arrived))
    assert all(ended.count(contact) == 1 for contact in arrived), crowd.done
    assert {contact.place for contact in centre.engine.contacts.values()} <= {Place.CLOSED, Place.WRAPUP}
    began = [one.recording for one in centre.of(e.RecordingStarted)]
    assert len(began) == len(set(began))
    handed = [tape.recording for tape in centre.tapes.finished_ones]
    assert sorted(handed) == sorted(began), "every recording is handed over once, whole or missing"
    assert len(centre.of(e.RecordingPaused)) == len(centre.of(e.RecordingResumed))
    centre.sound()
