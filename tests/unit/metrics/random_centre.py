"""Random histories of a small centre, made by the engine itself: every command there is, in and out of season."""

import random
from collections.abc import Callable, Iterator
from datetime import timedelta
from zoneinfo import ZoneInfo

from jietong.core import commands as k
from jietong.core import events as e
from jietong.core.clock import to_datetime
from jietong.core.days import day_of
from jietong.core.errors import Refused
from jietong.core.specs import (
    AgentSkill,
    AgentSpec,
    Capacity,
    HoursSpec,
    InviteRule,
    MoveStep,
    Period,
    QueueSpec,
    SiteSpec,
    SkillNeed,
    SkillSpec,
)
from jietong.core.vocabulary import Activity, Author, Channel, Employment, Ms, Party, Status
from jietong.routing.engine import Engine
from jietong.routing.flows_ask import ENDINGS

NAMES = {"zh-Hans": "队", "zh-Hant": "隊", "en": "Q"}
CHANNELS = (Channel.CHAT, Channel.VOICE, Channel.MESSAGE)


class RandomCentre:
    """Queues q0 to q2, agents a0 to a5 (a5 part-time); q1 is closed for the first hour of the local day."""

    def __init__(self, seed: int, start: Ms, zone: str) -> None:
        self.rng = random.Random(seed)
        self.now = start
        self.zone = zone
        self.engine = Engine()
        self.events: list[e.AnyEvent] = []
        self.contacts: list[str] = []
        self.refused = 0
        day = (Period(60, 1440),)
        self._do(k.ConfigureSite(SiteSpec(zone=zone)))
        self._do(k.ConfigureHours(HoursSpec("day", NAMES, zone, (day,) * 7)))
        self._do(k.ConfigureSkill(SkillSpec("s", NAMES)))
        self._do(k.ConfigureQueue(self._queue("q0", steps=(MoveStep(30, "q2"),), sticky_s=10)))
        self._do(k.ConfigureQueue(self._queue("q1", hours="day", max_wait_s=60, wrapup_s=None)))
        invite = InviteRule(wait_s=20, calm_s=30)
        self._do(k.ConfigureQueue(self._queue("q2", max_waiting=4, callback_retry_s=20, invite=invite, wrapup_s=0)))
        for i in range(6):
            self._do(k.ConfigureAgent(self._agent(i)))
            self._do(k.SignIn(f"a{i}"))
            if i < 5:
                self._do(k.SetStatus(f"a{i}", Status.READY))

    def steps(self, n: int) -> Iterator[Ms]:
        """After each step, its instant. All events so far are in `events`."""
        moves = [getattr(self, name) for name in dir(self) if name.startswith("move_")]
        for _ in range(n):
            self.now += self.rng.choice((0, 1, 250, 500, 1_000, 2_000, 4_000, 7_000, 15_000))
            if self.rng.random() < 0.02:
                self.now += 600_000
            if self.rng.random() < 0.006:
                self.now += 85_500_000  # nearly a day
            self._do(k.Tick())
            choice = self.rng.random()
            move: Callable[[], k.AnyCommand | None] = self.rng.choice(moves)
            if choice < 0.25:
                move = self.move_accept
            elif choice < 0.4:
                move = self.move_wake
            elif choice < 0.55:
                move = self.rng.choice((self.move_arrive, self.move_end, self.move_finish))
            elif choice < 0.68:
                move = self.rng.choice((self.move_enter, self.move_join, self.move_join, self.move_leave_flow))
            elif choice < 0.76:
                move = self.rng.choice(
                    (
                        self.move_witness,
                        self.move_dial,
                        self.move_dial_result,
                        self.move_consult,
                        self.move_merge,
                    )
                )
            command = move()
            if command is not None:
                self._do(command)
            yield self.now

    def move_arrive(self) -> k.AnyCommand:
        id = f"c{len(self.contacts)}"
        self.contacts.append(id)
        channel = self.rng.choice(CHANNELS)
        prefer = self.rng.choice((None, None, self._any_agent()))
        return k.Arrive(id, channel, self._any_queue(), "web", customer=f"u{self.rng.randrange(9)}", prefer=prefer)

    def move_enter(self) -> k.AnyCommand:
        id = f"c{len(self.contacts)}"
        self.contacts.append(id)
        if self.rng.random() < 0.15:
            return k.RefuseEntry(id, Channel.VOICE, "acme", self._any_number(), "trunk_limit")
        return k.Enter(id, Channel.VOICE, "acme", self._any_number(), "menu", 1, customer=f"u{self.rng.randrange(9)}")

    def move_join(self) -> k.AnyCommand | None:
        callback = self.rng.random() < 0.2
        return self._in_flow(lambda contact: k.JoinQueue(contact, self._any_queue(), node="ask", callback=callback))

    def move_leave_flow(self) -> k.AnyCommand | None:
        outcome = self.rng.choice(sorted(ENDINGS))
        return self._in_flow(lambda contact: k.LeaveFlow(contact, "finished", outcome, node="end"))

    def move_back_to_flow(self) -> k.AnyCommand | None:
        return k.ReturnToFlow(contact, "menu", 1) if (contact := self._any_contact()) else None

    def move_dial(self) -> k.AnyCommand:
        id = f"c{len(self.contacts)}"
        self.contacts.append(id)
        queue = self.rng.choice((None, self._any_queue()))
        return k.Dial(self._any_agent(), id, "acme", self._any_number(), queue)

    def move_dial_result(self) -> k.AnyCommand | None:
        dialled = [(one.agent or "", one.id) for one in self.engine.contacts.values() if one.dialled]
        return k.DialResult(*self.rng.choice(dialled), reached=self.rng.random() < 0.6) if dialled else None

    def move_merge(self) -> k.AnyCommand | None:
        joined = [c for c in self.engine.contacts.values() if c.consult is not None and c.consult.joined]
        return k.MergeConsult(joined[0].agent or "", joined[0].id) if joined else None

    def move_transfer_out(self) -> k.AnyCommand | None:
        return self._on_open(k.TransferOut)

    def move_lose(self) -> k.AnyCommand | None:
        contact = self._any_contact()
        if contact is None or self.rng.random() < 0.5:
            return None
        agent = self.engine.contacts[contact].agent if contact in self.engine.contacts else None
        if agent is not None and self.rng.random() < 0.5:
            return k.AgentLegLost(agent, contact, "lost")
        return k.CallLost(contact)

    def move_device(self) -> k.AnyCommand:
        return k.DeviceChanged(self._any_agent(), self.rng.random() < 0.7)

    def move_ask(self) -> k.AnyCommand | None:
        return k.AskSurvey(contact) if (contact := self._any_contact()) else None

    def move_witness(self) -> k.AnyCommand | None:
        """A line comes up and is measured; a trunk fills and empties; the switch goes."""
        contact = self._any_contact()
        if contact is None:
            return None
        trunk, busy = self.rng.choice(("t0", "t1")), self.rng.random() < 0.5
        leg, agent = f"l{self.rng.randrange(3)}", self.rng.choice((None, self._any_agent()))
        mos = self.rng.choice((None, 2.9, 3.6, 4.4))
        facts: list[e.WitnessedFact] = [
            self.rng.choice((e.TrunkBusy(0, trunk, busy), e.TrunkBusy(0, trunk, busy), e.SwitchState(0, busy))),
            e.LegStarted(0, contact, leg, Party.AGENT if agent else Party.CUSTOMER, agent),
            e.LegQuality(0, contact, leg, mos=mos),
        ]
        return k.Witness(tuple(self.rng.sample(facts, self.rng.randint(1, 3))))

    def move_schedule(self) -> k.AnyCommand:
        """A day is published anew, often late: yesterday's too, with shifts that pass midnight, and days off."""
        day = to_datetime(self.now).astimezone(ZoneInfo(self.zone)).date()
        day += timedelta(days=self.rng.choice((-1, 0, 0, 1)))
        at = day_of(day, self.zone).start + self.rng.randrange(0, 26) * 3_000_000
        spans = []
        for _ in range(self.rng.choice((0, 3, 8, 12))):
            end = at + self.rng.choice((60_000, 300_000, 900_000, 3_600_000))
            activity = self.rng.choice((Activity.WORK, Activity.WORK, *Activity))
            spans.append(e.PlannedSpan(at, end, activity, paid=activity is not Activity.MEAL))
            at = end + self.rng.choice((0, 0, 0, 240_000))
        return k.Witness((e.DayScheduled(0, self._any_agent(), day.isoformat(), 1, tuple(spans), "boss"),))

    def move_excuse(self) -> k.AnyCommand:
        start = self.now + self.rng.randrange(-7_200_000, 7_200_000)
        end = start + self.rng.choice((1, 120_000, 7_200_000))
        id, agent = self.rng.choice((("x0", "a0"), ("x1", "a1"), ("x2", "a2"), ("x5", "a5")))
        return k.Witness((e.AdherenceExcused(0, id, agent, start, end, "agreed", "boss", self.rng.random() < 0.3),))

    def move_accept(self) -> k.AnyCommand | None:
        return self._on_offer(k.Accept)

    def move_decline(self) -> k.AnyCommand | None:
        return self._on_offer(k.Decline)

    def move_end(self) -> k.AnyCommand | None:
        return self._on_open(k.End)

    def move_hold(self) -> k.AnyCommand | None:
        return self._on_open(k.Hold)

    def move_resume(self) -> k.AnyCommand | None:
        return self._on_open(k.Resume)

    def move_finish(self) -> k.AnyCommand | None:
        resolved = self.rng.choice((None, True, False))
        reasons = ("leak", "bill", "leak", None)
        return self._on_open(
            lambda agent, contact: k.FinishWrapup(agent, contact, reasons[len(self.contacts) % 4], resolved)
        )

    def move_extend(self) -> k.AnyCommand | None:
        return self._on_open(k.ExtendWrapup)

    def move_transfer_to_queue(self) -> k.AnyCommand | None:
        return self._on_open(lambda agent, contact: k.Transfer(agent, contact, to_queue=self._any_queue()))

    def move_transfer_to_agent(self) -> k.AnyCommand | None:
        return self._on_open(lambda agent, contact: k.Transfer(agent, contact, to_agent=self._any_agent()))

    def move_consult(self) -> k.AnyCommand | None:
        return self._on_open(lambda agent, contact: k.Consult(agent, contact, self._any_agent()))

    def move_complete_consult(self) -> k.AnyCommand | None:
        return self._on_open(k.CompleteConsult)

    def move_cancel_consult(self) -> k.AnyCommand | None:
        return self._on_open(k.CancelConsult)

    def move_callback(self) -> k.AnyCommand | None:
        return k.RequestCallback(contact) if (contact := self._any_contact()) else None

    def move_callback_result(self) -> k.AnyCommand | None:
        reached = self.rng.random() < 0.5
        return self._on_open(lambda agent, contact: k.CallbackResult(agent, contact, reached))

    def move_leave(self) -> k.AnyCommand | None:
        return k.CustomerLeft(contact) if (contact := self._any_contact()) else None

    def move_survey(self) -> k.AnyCommand | None:
        return k.AnswerSurvey(contact, self.rng.randint(1, 5)) if (contact := self._any_contact()) else None

    def move_message(self) -> k.AnyCommand | None:
        contact = self._any_contact()
        return k.PostMessage(contact, f"m{len(self.events)}", Author.CUSTOMER) if contact else None

    def move_status(self) -> k.AnyCommand:
        return k.SetStatus(self._any_agent(), self.rng.choice((Status.READY, Status.READY, Status.BREAK)))

    def move_wake(self) -> k.AnyCommand:
        """Whoever is away or not responding comes back and gets ready, with a telephone that works."""
        asleep = [
            a
            for a in self.engine.agents.values()
            if a.missed or not a.connected or a.status is not Status.READY or not a.reachable
        ]
        if not asleep:
            return k.Tick()
        agent = self.rng.choice(asleep)
        self._do(k.SignIn(agent.id))
        self._do(k.PresenceBack(agent.id))
        self._do(k.DeviceChanged(agent.id, True))
        return k.SetStatus(agent.id, Status.READY)

    def move_sign(self) -> k.AnyCommand:
        agent = self._any_agent()
        return self.rng.choice((k.SignOut(agent), k.SignOut(agent, by="boss"), k.SignIn(agent), k.SignIn(agent)))

    def move_presence(self) -> k.AnyCommand:
        agent = self._any_agent()
        return self.rng.choice((k.PresenceLost(agent), k.PresenceBack(agent)))

    def move_invitation(self) -> k.AnyCommand:
        return k.AnswerInvitation("a5", self.rng.random() < 0.7)

    def move_prioritise(self) -> k.AnyCommand | None:
        return k.Prioritise(contact, 5, "boss") if (contact := self._any_contact()) else None

    def move_move(self) -> k.AnyCommand | None:
        return k.Move(contact, self._any_queue(), "boss") if (contact := self._any_contact()) else None

    def move_pull(self) -> k.AnyCommand | None:
        return k.Pull(contact, self._any_agent(), "boss") if (contact := self._any_contact()) else None

    def move_close(self) -> k.AnyCommand | None:
        return k.CloseContact(contact) if (contact := self._any_contact()) and self.rng.random() < 0.2 else None

    def move_restart(self) -> k.AnyCommand | None:
        return k.Restart(self.engine.epoch + 1, "1") if self.rng.random() < 0.2 else None

    def move_configure(self) -> k.AnyCommand:
        """The service level's X and agents' skills change in the middle of the day."""
        if self.rng.random() < 0.5:
            steps = (MoveStep(30, "q2"),)
            return k.ConfigureQueue(self._queue("q0", steps=steps, service_level_s=self.rng.choice((5, 20, 60))))
        return k.ConfigureAgent(self._agent(self.rng.randrange(6)))

    def do(self, command: k.AnyCommand) -> None:
        """One more command; what the engine refuses does not count."""
        self._do(command)

    # --- inside ----------------------------------------------------------------------------------------------

    def _do(self, command: k.AnyCommand) -> None:
        try:
            self.events += self.engine.handle(command, self.now)
        except Refused:
            self.refused += 1

    def _queue(self, id: str, **fields: object) -> QueueSpec:
        needs = (SkillNeed("s"),)
        shared: dict[str, object] = {"service_level_s": 10, "offer_s": 8, "wrapup_s": 20}
        return QueueSpec(id, NAMES, "acme", CHANNELS, needs, **(shared | fields))  # type: ignore[arg-type]

    def _agent(self, i: int) -> AgentSpec:
        employment = Employment.PART_TIME if i == 5 else Employment.FULL_TIME
        skills = (AgentSkill("s", self.rng.randint(1, 5)),)
        return AgentSpec(f"a{i}", f"A{i}", employment, skills=skills, capacity=Capacity(text=1 + i % 3))

    def _any_queue(self) -> str:
        return f"q{self.rng.randrange(3)}"

    def _any_number(self) -> str:
        return self.rng.choice(("4001", "4002"))

    def _in_flow(self, make: Callable[[str], k.AnyCommand]) -> k.AnyCommand | None:
        served = [one.id for one in self.engine.in_flows()]
        return make(self.rng.choice(served)) if served else None

    def _any_agent(self) -> str:
        return f"a{self.rng.randrange(6)}"

    def _any_contact(self) -> str | None:
        """Mostly one of the latest."""
        return self.rng.choice(self.contacts[-12:]) if self.contacts else None

    def _on_offer(self, make: Callable[[str, str], k.AnyCommand]) -> k.AnyCommand | None:
        offers = [(agent.id, contact) for agent in self.engine.agents.values() for contact in agent.offers]
        return make(*self.rng.choice(offers)) if offers else None

    def _on_open(self, make: Callable[[str, str], k.AnyCommand]) -> k.AnyCommand | None:
        held = [(agent.id, contact) for agent in self.engine.agents.values() for contact in agent.contacts]
        asked = [(agent.id, contact) for agent in self.engine.agents.values() for contact in agent.consulting]
        both = held + asked
        return make(*self.rng.choice(both)) if both else None
