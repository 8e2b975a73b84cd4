"""Random histories: set-ups, commands of every kind in any order, and time, drawn from a seed."""

from random import Random
from typing import get_args

from jietong.core import commands as k
from jietong.core import events as e
from jietong.core.errors import Refused
from jietong.core.events import AnyEvent, decode, encode
from jietong.core.specs import (
    AgentSkill,
    AgentSpec,
    Capacity,
    ExpandStep,
    HoursSpec,
    InviteRule,
    MoveStep,
    OverflowStep,
    Period,
    QueueSpec,
    SiteSpec,
    SkillNeed,
    SkillSpec,
)
from jietong.core.vocabulary import (
    Activity,
    Author,
    Channel,
    Employment,
    EndedBy,
    Ms,
    Outcome,
    Party,
    Place,
    Selection,
    Status,
    Supervision,
)
from jietong.routing.engine import Engine

START: Ms = 1_800_000_000_000
NAMES = {"zh-Hans": "名", "zh-Hant": "名", "en": "name"}
CHANNELS = (Channel.CHAT, Channel.CHAT, Channel.VOICE, Channel.MESSAGE, Channel.EMAIL)


class History:
    """Drives an engine with random commands and remembers every fact it gave."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.engine = Engine()
        self.now = START
        self.events: list[AnyEvent] = []
        self.refused: list[str] = []
        self.log: list[tuple[k.AnyCommand, Ms]] = []
        self.contacts = 0
        self.epoch = 0

    def send(self, command: k.AnyCommand) -> list[AnyEvent]:
        """Due deadlines first, as the runtime does; a refusal must leave the state untouched."""
        due = self.engine.next_deadline()
        if due is not None and due <= self.now and not isinstance(command, k.Tick):
            self.send(k.Tick())
        self.log.append((command, self.now))
        try:
            events = self.engine.handle(command, self.now)
        except Refused as refusal:
            self.refused.append(refusal.code)
            return []
        self.events.extend(events)
        return events

    def set_up(self) -> None:
        r = self.random
        self.send(k.ConfigureSite(spec=SiteSpec(grace_s=r.choice([5, 60]), break_every_s=r.choice([300, 7200]))))
        week = tuple((Period(start=r.choice([0, 480]), end=r.choice([1440, 1500])),) for _ in range(7))
        self.send(k.ConfigureHours(spec=HoursSpec(id="h", name=NAMES, zone="Asia/Shanghai", week=week)))
        for n in range(4):
            self.send(k.ConfigureSkill(spec=SkillSpec(id=f"s{n}", name=NAMES, certificate=n == 3)))
        for n in range(r.randint(1, 4)):
            self.send(k.ConfigureQueue(spec=self.queue_spec(n)))
        for n in range(r.randint(2, 7)):
            self.send(k.ConfigureAgent(spec=self.agent_spec(n)))
        for agent in list(self.engine.agents):
            self.send(k.SignIn(agent=agent))
            if r.random() < 0.7:
                self.send(k.SetStatus(agent=agent, status=Status.READY))

    def queue_spec(self, n: int) -> QueueSpec:
        r = self.random
        steps: list[OverflowStep] = []
        for after in sorted(r.sample([0, 5, 10, 30], r.randint(0, 3))):
            if r.random() < 0.5:
                needs = () if r.random() < 0.3 else (SkillNeed(skill=f"s{r.randrange(4)}"),)
                steps.append(ExpandStep(after_s=after, requires=needs))
            else:
                steps.append(MoveStep(after_s=after, queue=f"q{r.randrange(5)}"))
        return QueueSpec(
            id=f"q{n}",
            name=NAMES,
            client=f"c{n % 2}",
            channels=tuple(dict.fromkeys(r.choices(CHANNELS, k=6))),
            requires=tuple(
                SkillNeed(skill=f"s{s}", level=r.choice([1, 1, 1, 3]))
                for s in r.sample(range(4), r.choice([0, 1, 1, 2]))
            ),
            priority=r.choice([0, 0, 1]),
            ageing_s=r.choice([None, None, 30]),
            selection=r.choice(list(Selection)),
            hours=r.choice([None, None, "h"]),
            steps=tuple(steps),
            max_wait_s=r.choice([None, 40]),
            max_waiting=r.choice([None, 0, 3]),
            offer_s=r.choice([5, 20]),
            wrapup_s=r.choice([None, 0, 10]),
            sticky_s=r.choice([0, 10]),
            callback_retry_s=r.choice([5, 50]),
            callback_attempts=r.choice([1, 2]),
            invite=r.choice(
                [
                    None,
                    InviteRule(wait_s=10, waiting=2, occupancy=0.8, calm_s=20, answer_s=5, again_s=30),
                    InviteRule(wait_s=None, waiting=1, release_waiting=1, release_wait_s=5, calm_s=10, again_s=10),
                ]
            ),
            active=r.random() < 0.95,
        )

    def agent_spec(self, n: int) -> AgentSpec:
        r = self.random
        return AgentSpec(
            id=f"a{n}",
            name=f"Agent {n} {r.random()}",
            employment=r.choice([Employment.FULL_TIME, Employment.FULL_TIME, Employment.PART_TIME]),
            skills=tuple(
                AgentSkill(
                    skill=f"s{s}",
                    level=r.randint(1, 5),
                    certified_until=r.choice([None, self.now + r.randint(0, 3_000_000)]),
                )
                for s in r.sample(range(4), r.choice([1, 2, 3, 4, 4, 4]))
            ),
            capacity=Capacity(
                voice=r.choice([0, 1, 1]), text=r.choice([0, 1, 2, 3, 3]), text_during_voice=r.choice([0, 1, 2])
            ),
            active=r.random() < 0.95,
        )

    def advance(self) -> None:
        """Time goes on: to just before, at or after the next deadline, or by any step."""
        r = self.random
        due = self.engine.next_deadline()
        if due is not None and r.random() < 0.15:
            self.now = max(self.now, due + r.choice([-1, 0, 0, 1, 500]))
        else:
            self.now += r.choice([0, 1, 200, 200, 1_000, 1_000, 3_000, 5_000])
        if r.random() < 0.01:
            self.now += r.choice([60_000, 600_000, 31 * 60_000, 12 * 3_600_000])
        if r.random() < 0.7:
            self.send(k.Tick())

    def step(self) -> None:
        self.advance()
        self.send(self.command())

    def some_contact(self) -> str:
        """Mostly one that is open, each place about as often as the others."""
        r = self.random
        if r.random() < 0.9:
            place = r.choice([*Place, Place.OFFER, Place.OFFER])
            there = [contact.id for contact in self.engine.contacts.values() if contact.place is place]
            if there:
                return r.choice(there[-12:])
        return f"k{r.randint(max(1, self.contacts - 12), self.contacts + 1)}"

    def some_agent(self) -> str:
        r = self.random
        return r.choice(list(self.engine.agents)) if r.random() < 0.97 else f"a{r.randrange(8)}"

    def answer(self) -> k.AnyCommand | None:
        """Somebody takes what is offered to them, or comes back to work."""
        r = self.random
        agent = self.engine.agents.get(self.some_agent()) if r.random() < 0.5 else None
        if agent is None:
            busy = [one for one in self.engine.agents.values() if one.offers or one.consulting]
            agent = r.choice(busy) if busy else None
        if agent is None:
            return None
        if agent.offers:
            return k.Accept(agent=agent.id, contact=agent.offers[-1])
        for contact_id in agent.contacts:
            contact = self.engine.contacts[contact_id]
            if contact.callback:
                return k.CallbackResult(agent=agent.id, contact=contact_id, reached=r.random() < 0.5)
            if contact.dialled:
                return k.DialResult(agent=agent.id, contact=contact_id, reached=r.random() < 0.7)
            if contact.consult is not None and contact.consult.joined:
                return r.choice([k.CompleteConsult, k.CancelConsult, k.End])(agent=agent.id, contact=contact_id)
            if contact.place is Place.HOLD:
                return k.Resume(agent=agent.id, contact=contact_id)
            if contact.place is Place.WRAPUP:
                return r.choice([k.ExtendWrapup, k.FinishWrapup])(agent=agent.id, contact=contact_id)
            if contact.place is Place.TALK:
                return k.Consult(agent=agent.id, contact=contact_id, other=self.some_agent())
        if agent.consulting:
            kind = r.choice([k.CompleteConsult, k.CompleteConsult, k.CancelConsult, k.End])
            return kind(agent=agent.id, contact=agent.consulting[-1])
        if not agent.connected:
            return k.SignIn(agent=agent.id)
        return k.SetStatus(agent=agent.id, status=Status.READY)

    def command(self) -> k.AnyCommand:
        """Mostly what makes sense now, sometimes what does not."""
        r = self.random
        engine = self.engine
        agent = self.some_agent()
        other = self.some_agent()
        queue = r.choice(list(engine.queues)) if r.random() < 0.97 else f"q{r.randrange(5)}"
        contact = self.some_contact()
        known = engine.contacts.get(contact)
        if known is not None and r.random() < 0.9:
            consult = known.consult
            agent = known.offered_to or known.agent or agent
            if consult is not None and r.random() < 0.7:
                other = consult.other
        answer = self.answer() if r.random() < 0.35 else None
        if answer is not None:
            return answer
        if r.random() < 0.3:
            return self.telephony(queue, contact, agent, other)
        kind = r.random()
        if kind < 0.20:
            self.contacts += 1
            return k.Arrive(
                contact=contact if contact in engine.contacts and r.random() < 0.03 else f"k{self.contacts}",
                channel=r.choice(
                    CHANNELS if r.random() < 0.1 or queue not in engine.queues else engine.queues[queue].spec.channels
                ),
                queue=queue,
                entry="web",
                customer=r.choice([None, f"u{r.randrange(6)}"]),
                priority=r.choice([0, 0, 0, 2]),
                prefer=r.choice([None, None, agent]),
            )
        if kind < 0.50:
            place = known.place if known is not None else None
            if place is Place.OFFER:
                return r.choice(
                    [
                        k.Accept(agent=agent, contact=contact),
                        k.Accept(agent=agent, contact=contact),
                        k.Accept(agent=agent, contact=contact),
                        k.Decline(agent=agent, contact=contact),
                    ]
                )
            if place is Place.WRAPUP:
                return k.FinishWrapup(agent=agent, contact=contact, resolved=True)
            if place is Place.QUEUE:
                return r.choice(
                    [
                        k.CustomerLeft(contact=contact),
                        k.RequestCallback(contact=contact),
                        k.Pull(contact=contact, agent=other, by="boss"),
                        k.Move(contact=contact, queue=queue, by="boss"),
                    ]
                )
            if known is not None and known.consult is not None:
                return r.choice(
                    [
                        k.Accept(agent=other, contact=contact),
                        k.Accept(agent=other, contact=contact),
                        k.CompleteConsult(agent=agent, contact=contact),
                        k.CancelConsult(agent=agent, contact=contact),
                        k.End(agent=other, contact=contact),
                        k.CustomerLeft(contact=contact),
                        k.PresenceLost(agent=other),
                        k.Transfer(agent=agent, contact=contact, to_agent=other),
                    ]
                )
            if place is Place.TALK and r.random() < 0.4:
                return r.choice(
                    [
                        k.Consult(agent=agent, contact=contact, other=other),
                        k.Consult(agent=agent, contact=contact, other=other),
                        k.Hold(agent=agent, contact=contact),
                        k.Transfer(agent=agent, contact=contact, to_agent=other),
                        k.Transfer(agent=agent, contact=contact, to_queue=queue),
                    ]
                )
            if known is not None and known.callback and known.agent is not None:
                return k.CallbackResult(agent=agent, contact=contact, reached=r.random() < 0.5)
            return k.End(agent=agent, contact=contact)
        if kind < 0.66:
            status = r.choice([Status.READY] * 12 + list(Status))
            return r.choice(
                [
                    k.SignIn(agent=agent),
                    k.SignIn(agent=other),
                    k.SetStatus(agent=other, status=status, reason=r.choice([None, "lunch"])),
                    k.SetStatus(agent=other, status=Status.READY),
                    k.SetStatus(agent=agent, status=Status.READY),
                    k.PresenceBack(agent=agent),
                    k.AnswerInvitation(agent=agent, join=True),
                    k.SetStatus(agent=agent, status=status, by=r.choice([None, "boss"])),
                    k.SetNext(agent=agent, status=r.choice([None, *Status])),
                    k.AnswerInvitation(agent=other, join=r.random() < 0.7),
                    k.PresenceLost(agent=other),
                    k.PresenceBack(agent=other),
                    k.SignOut(agent=agent, by=r.choice([None, "boss"])),
                ]
            )
        if kind < 0.985:
            return r.choice(
                [
                    k.CustomerLeft(contact=contact),
                    k.RequestCallback(contact=contact),
                    k.CallbackResult(agent=agent, contact=contact, reached=r.random() < 0.5),
                    k.PostMessage(contact=contact, message="m", author=r.choice(list(Author)), agent=agent),
                    k.AnswerSurvey(contact=contact, score=r.randint(0, 6)),
                    k.LinkCustomer(contact=contact, customer=f"u{r.randrange(6)}"),
                    k.CloseContact(contact=contact, by=r.choice(list(EndedBy))),
                    k.Accept(agent=agent, contact=contact),
                    k.Accept(agent=other, contact=contact),
                    k.Decline(agent=agent, contact=contact),
                    k.Hold(agent=agent, contact=contact),
                    k.Resume(agent=agent, contact=contact),
                    k.FinishWrapup(agent=agent, contact=contact),
                    k.ExtendWrapup(agent=agent, contact=contact),
                    k.Transfer(agent=agent, contact=contact, to_queue=queue),
                    k.Transfer(agent=agent, contact=contact, to_agent=other),
                    k.Transfer(agent=agent, contact=contact),
                    k.Consult(agent=agent, contact=contact, other=other),
                    k.Consult(agent=agent, contact=contact, other=other),
                    k.Accept(agent=other, contact=contact),
                    k.CompleteConsult(agent=agent, contact=contact),
                    k.CancelConsult(agent=r.choice([agent, other]), contact=contact),
                    k.Prioritise(contact=contact, priority=r.randint(-1, 3), by="boss"),
                    k.Move(contact=contact, queue=queue, by="boss"),
                    k.Pull(contact=contact, agent=other, by="boss"),
                    k.InvitePartTimers(queue=queue, count=r.randint(0, 2), by="boss"),
                    k.AcknowledgeAlarm(alarm="x", by="boss"),
                    k.PublishArticle(article="x", version=1, names=NAMES, by="boss"),
                    k.MergeCustomers(kept=f"u{r.randrange(6)}", gone=f"u{r.randrange(6)}", by="boss"),
                ]
            )
        self.epoch += 1
        return r.choice(
            [
                k.Restart(epoch=self.epoch, version="0"),
                k.ConfigureQueue(spec=self.queue_spec(r.randrange(4))),
                k.ConfigureAgent(spec=self.agent_spec(r.randrange(8))),
                k.ConfigureSkill(spec=SkillSpec(id=f"s{r.randrange(4)}", name=NAMES, certificate=r.random() < 0.3)),
            ]
        )

    def telephony(self, queue: str, contact: str, agent: str, other: str) -> k.AnyCommand:
        """Flows, dials, telephones, lost legs and calls."""
        r = self.random
        in_flow = [one.id for one in self.engine.in_flows()]
        dialled = [one for one in self.engine.contacts.values() if one.dialled]
        if in_flow and r.random() < 0.45:
            served = r.choice(in_flow)
            return r.choice(
                [
                    k.JoinQueue(
                        contact=served,
                        queue=queue,
                        priority=r.choice([0, 1]),
                        prefer=r.choice([None, agent]),
                        language=r.choice([None, "en", "zh-Hant"]),
                        callback=r.random() < 0.15,
                    ),
                    k.JoinQueue(contact=served, queue=queue),
                    k.LeaveFlow(contact=served, how="hung_up", outcome=r.choice(list(Outcome))),
                    k.CustomerLeft(contact=served),
                ]
            )
        if dialled and r.random() < 0.5:
            one = r.choice(dialled)
            return k.DialResult(agent=one.agent or agent, contact=one.id, reached=r.random() < 0.6)
        merging = [one for one in self.engine.contacts.values() if one.consult is not None and one.consult.joined]
        if merging and r.random() < 0.3:
            return k.MergeConsult(agent=merging[0].agent or agent, contact=merging[0].id)
        if r.random() < 0.35:
            self.contacts += 1
            fresh = f"k{self.contacts}"
            channel = r.choice((Channel.VOICE, Channel.VOICE, Channel.CHAT))
            customer = r.choice([None, f"u{r.randrange(6)}"])
            return r.choice(
                [
                    k.Enter(
                        contact=fresh, channel=channel, client="c0", entry="4008", flow="f", version=1,
                        customer=customer,
                    ),
                    k.Enter(contact=fresh, channel=Channel.VOICE, client="c1", entry="4009", flow="g", version=2),
                    k.Dial(
                        agent=agent, contact=fresh, client="c0", entry="4008", queue=r.choice([None, queue]),
                        customer=customer,
                    ),
                    k.Dial(agent=other, contact=fresh, client="c0", entry="4008"),
                    k.RefuseEntry(contact=fresh, channel=channel, client="c0", entry="4008", why="trunk_limit"),
                ]
            )  # fmt: skip
        return r.choice(
            [
                k.ReturnToFlow(contact=contact, flow="f", version=3),
                k.ReturnToFlow(contact=contact, flow="f", version=3),
                k.LeaveFlow(contact=contact, how="finished", outcome=Outcome.SELF_SERVED),
                k.JoinQueue(contact=contact, queue=queue),
                k.DeviceChanged(agent=other, reachable=False, why="unregistered"),
                k.DeviceChanged(agent=agent, reachable=False),
                *(k.DeviceChanged(agent=one, reachable=True) for one in self.engine.agents),
                k.AgentLegLost(agent=agent, contact=contact, why=r.choice(["no_answer", "lost"])),
                k.AgentLegLost(agent=other, contact=contact, why="busy"),
                k.CallLost(contact=contact),
                k.DialResult(agent=agent, contact=contact, reached=r.random() < 0.5),
                k.TransferOut(agent=agent, contact=contact),
                k.MergeConsult(agent=agent, contact=contact),
                k.AskSurvey(contact=contact),
                k.AskSurvey(contact=contact),
                k.Witness(facts=tuple(seen(r, contact, agent) for _ in range(r.randrange(3)))),
                k.Witness(facts=tuple(seen(r, contact, agent) for _ in range(r.randrange(3)))),
            ]
        )


def seen(r: Random, contact: str, agent: str) -> e.WitnessedFact:
    """Any fact that a switch or a schedule may tell, with whatever is asked for at random."""
    kind = r.choice(get_args(e.WitnessedFact))
    values: dict[str, object] = {"at": 1, "contact": contact, "agent": agent, "party": r.choice(list(Party))}
    values |= {"mode": r.choice(list(Supervision)), "version": 1, "duration_ms": 5, "bytes": 9}
    values |= {"busy": r.random() < 0.5, "up": r.random() < 0.5, "mos": r.choice([None, 4.2])}
    shift = e.PlannedSpan(START, START + 4 * 3_600_000, r.choice(list(Activity)), paid=r.random() < 0.5)
    values |= {"day": "2027-01-15", "spans": (shift,) * r.randrange(2), "start": START, "end": START + 60_000}
    values |= {"withdrawn": r.random() < 0.5}
    names = kind.__struct_fields__
    needed = names[: len(names) - len(kind.__struct_defaults__)]
    fact: e.WitnessedFact = kind(
        **{name: values.get(name, "x") for name in names if name in values or name in needed}
    )
    return fact


def replayed(events: list[AnyEvent]) -> Engine:
    """An engine brought forward by stored facts alone."""
    engine = Engine()
    for event in events:
        engine.apply(decode(encode(event)))
    return engine


def repeated(engine: Engine, log: list[tuple[k.AnyCommand, Ms]]) -> list[AnyEvent]:
    """What an engine gives for the same commands at the same times."""
    events: list[AnyEvent] = []
    for command, at in log:
        try:
            events.extend(engine.handle(command, at))
        except Refused:
            continue
    return events
