"""The routing engine: deterministic, without I/O, a clock or randomness.

Order of processing. `handle` takes a command and the time, decides, and records each decision as a fact; each fact
takes effect through `apply_one` at once, so decisions see what came before them. Then `settle` looks at the agents
and contacts that were touched: next statuses, offers, system states, invitations. On replay only `apply` runs, and
the state comes out the same to the byte.

    customers_ask, agents_ask, attendance, supervision,
    flows_ask, calls_ask                                   what may be asked        (decide)
    due                                                    what time brings         (decide)
    matching                                               who gets whom            (decide)
    facts_contacts, facts_agents, facts_calls              what a fact does         (apply)
    centre                                                 state, indexes, reads
    seats, lines, queues                                   the indexes
    rules                                                  the rules, as functions

Deadlines are done by `Tick` alone, each at its own instant or, when the Tick comes late, not before the last fact:
whoever runs the engine sends a Tick when `next_deadline()` has come, before any other command.
"""

from collections.abc import Callable
from typing import Any, cast, get_args

import msgspec

from jietong.core import commands as k
from jietong.core import events as e
from jietong.core.commands import AnyCommand
from jietong.core.events import AnyEvent, Event, ImportedFact, WitnessedFact
from jietong.core.specs import SiteSpec
from jietong.core.vocabulary import Ms
from jietong.routing import (
    agents_ask,
    attendance,
    calls_ask,
    customers_ask,
    facts_agents,
    facts_calls,
    facts_contacts,
    flows_ask,
    supervision,
)
from jietong.routing.centre import Centre
from jietong.routing.checks import check
from jietong.routing.due import DUE
from jietong.routing.matching import settle
from jietong.routing.model import Snapshot
from jietong.routing.queues import QueueState

SNAPSHOT_VERSION = 1

_encoder = msgspec.msgpack.Encoder(order="deterministic")
_decoder = msgspec.msgpack.Decoder(Snapshot)


class Engine(Centre):
    """One site. Readable: `site`, `skills`, `hours`, `queues`, `agents`, `contacts`, and the methods of Centre."""

    def __init__(self, site: SiteSpec | None = None) -> None:
        super().__init__(site if site is not None else SiteSpec())

    def handle(self, command: AnyCommand, now: Ms) -> list[AnyEvent]:
        """Decides a command at `now` (Ms) and gives the facts, which have taken effect.

        A `now` before the last fact counts as that fact's time. Raises Refused, and then nothing has changed.
        """
        at = self.asked_at = max(now, self.clock)
        out: list[Event] = []
        self.out = out
        if type(command) is k.Tick:
            self._tick(at)
        else:
            _DECIDE[type(command)](self, command, at)
            settle(self, at)
        return cast("list[AnyEvent]", out)

    def apply(self, event: AnyEvent) -> None:
        """Brings the state forward by a fact of the ledger, in its order; nothing is decided."""
        self.apply_one(event)
        self.reindex()
        self.forget_marks()

    def apply_one(self, event: Event) -> None:
        if event.at > self.clock:
            self.clock = event.at
            if self.closing:
                self.forget_closed(event.at)
        _APPLY[type(event)](self, event)

    def _tick(self, now: Ms) -> None:
        while (due := self.next_deadline()) is not None and due <= now:
            _, kind, whose = self.due[0]
            at = max(due, self.clock)
            self.take_due()
            DUE[kind](self, whose, at)
            settle(self, at)

    def dump(self) -> bytes:
        """The whole state, canonical: two engines that went through the same facts give the same bytes."""
        snapshot = Snapshot(
            version=SNAPSHOT_VERSION,
            site=self.site,
            clock=self.clock,
            turn=self.turn,
            serial=self.serial,
            epoch=self.epoch,
            skills=list(self.skills.values()),
            hours=list(self.hours.values()),
            queues=[queue.facts for queue in self.queues.values()],
            agents=self.by_index,
            contacts=list(self.contacts.values()),
        )
        return _encoder.encode(snapshot)

    @classmethod
    def load(cls, data: bytes) -> "Engine":
        """An engine that goes on as the one that was dumped. Raises ValueError for anything else."""
        try:
            snapshot = _decoder.decode(data)
        except msgspec.MsgspecError as problem:
            raise ValueError(f"this is no snapshot of the engine: {problem}") from problem
        if snapshot.version != SNAPSHOT_VERSION:
            raise ValueError(f"snapshot version {snapshot.version} is not {SNAPSHOT_VERSION}: replay the ledger")
        engine = cls(snapshot.site)
        engine.clock = snapshot.clock
        engine.turn = snapshot.turn
        engine.serial = snapshot.serial
        engine.epoch = snapshot.epoch
        engine.skills = {spec.id: spec for spec in snapshot.skills}
        engine.hours = {spec.id: spec for spec in snapshot.hours}
        for facts in snapshot.queues:
            engine.queues[facts.spec.id] = QueueState(facts)
        for agent in snapshot.agents:
            engine.add_agent(agent)
        engine.contacts = {contact.id: contact for contact in snapshot.contacts}
        engine.rebuild()
        return engine

    def check(self) -> list[str]:
        """What is wrong with the state, in sentences; empty when all is well. Looks at everything."""
        return check(self)


_DECIDE: dict[type, Callable[[Centre, Any, Ms], None]] = {
    k.Arrive: customers_ask.arrive,
    k.CustomerLeft: customers_ask.customer_left,
    k.RequestCallback: customers_ask.request_callback,
    k.PostMessage: customers_ask.post_message,
    k.AnswerSurvey: customers_ask.answer_survey,
    k.LinkCustomer: customers_ask.link_customer,
    k.CloseContact: customers_ask.close_contact,
    k.Accept: agents_ask.accept,
    k.Decline: agents_ask.decline,
    k.Hold: agents_ask.hold,
    k.Resume: agents_ask.resume,
    k.End: agents_ask.end,
    k.FinishWrapup: agents_ask.finish_wrapup,
    k.ExtendWrapup: agents_ask.extend_wrapup,
    k.Transfer: agents_ask.transfer,
    k.Consult: agents_ask.consult,
    k.CompleteConsult: agents_ask.complete_consult,
    k.CancelConsult: agents_ask.cancel_consult,
    k.CallbackResult: agents_ask.callback_result,
    k.SignIn: attendance.sign_in,
    k.SignOut: attendance.sign_out_asked,
    k.SetStatus: attendance.set_status,
    k.SetNext: attendance.set_next,
    k.PresenceLost: attendance.presence_lost,
    k.PresenceBack: attendance.presence_back,
    k.AnswerInvitation: attendance.answer_invitation,
    k.Prioritise: supervision.prioritise,
    k.Move: supervision.move,
    k.Pull: supervision.pull,
    k.InvitePartTimers: supervision.invite_part_timers,
    k.AcknowledgeAlarm: supervision.acknowledge_alarm,
    k.MergeCustomers: supervision.merge_customers,
    k.PublishArticle: supervision.publish_article,
    k.ConfigureSite: supervision.configure_site,
    k.ConfigureQueue: supervision.configure_queue,
    k.ConfigureSkill: supervision.configure_skill,
    k.ConfigureHours: supervision.configure_hours,
    k.ConfigureAgent: supervision.configure_agent,
    k.Restart: supervision.restart,
    k.Enter: flows_ask.enter,
    k.RefuseEntry: flows_ask.refuse_entry,
    k.JoinQueue: flows_ask.join_queue,
    k.ReturnToFlow: flows_ask.return_to_flow,
    k.LeaveFlow: flows_ask.leave_flow,
    k.CallLost: calls_ask.call_lost,
    k.Dial: calls_ask.dial,
    k.DialResult: calls_ask.dial_result,
    k.AgentLegLost: calls_ask.agent_leg_lost,
    k.DeviceChanged: calls_ask.device_changed,
    k.AskSurvey: calls_ask.ask_survey,
    k.Witness: calls_ask.witness,
    k.MergeConsult: calls_ask.merge_consult,
    k.TransferOut: calls_ask.transfer_out,
}

_APPLY: dict[type, Callable[[Centre, Any], None]] = {
    e.SiteConfigured: facts_agents.site_configured,
    e.QueueConfigured: facts_agents.queue_configured,
    e.SkillConfigured: facts_agents.skill_configured,
    e.HoursConfigured: facts_agents.hours_configured,
    e.AgentConfigured: facts_agents.agent_configured,
    e.ContactArrived: facts_contacts.arrived,
    e.QueueEntered: facts_contacts.queue_entered,
    e.QueueRefused: facts_contacts.queue_refused,
    e.QueueExpanded: facts_contacts.queue_expanded,
    e.OverflowSkipped: facts_contacts.overflow_skipped,
    e.ContactPrioritised: facts_contacts.prioritised,
    e.PreferenceLapsed: facts_contacts.preference_lapsed,
    e.OfferMade: facts_contacts.offer_made,
    e.OfferAccepted: facts_contacts.offer_accepted,
    e.OfferDeclined: facts_contacts.offer_declined,
    e.OfferMissed: facts_contacts.offer_missed,
    e.OfferWithdrawn: facts_contacts.offer_withdrawn,
    e.ContactReturned: facts_contacts.returned,
    e.ContactHeld: facts_contacts.held,
    e.ContactResumed: facts_contacts.resumed,
    e.ContactTransferred: facts_contacts.transferred,
    e.ConsultStarted: facts_contacts.consult_started,
    e.ConsultJoined: facts_contacts.consult_joined,
    e.ConsultEnded: facts_contacts.consult_ended,
    e.CallbackRequested: facts_contacts.callback_requested,
    e.CallbackAttempted: facts_contacts.callback_attempted,
    e.ContactEnded: facts_contacts.ended,
    e.WrapupStarted: facts_contacts.wrapup_started,
    e.WrapupExtended: facts_contacts.wrapup_extended,
    e.WrapupEnded: facts_contacts.wrapup_ended,
    e.MessagePosted: facts_contacts.message_posted,
    e.SurveyAnswered: facts_contacts.survey_answered,
    e.CustomerLinked: facts_contacts.customer_linked,
    e.CustomersMerged: facts_contacts.customers_merged,
    e.AgentSignedIn: facts_agents.signed_in,
    e.AgentSignedOut: facts_agents.signed_out,
    e.AgentStatusChosen: facts_agents.status_chosen,
    e.AgentNextChosen: facts_agents.next_chosen,
    e.AgentStateChanged: facts_agents.state_changed,
    e.AgentPresence: facts_agents.presence,
    e.AgentNotResponding: facts_agents.not_responding,
    e.CertificateLapsed: facts_agents.certificate_lapsed,
    e.BreakDue: facts_agents.break_due,
    e.PartTimerInvited: facts_agents.invited,
    e.PartTimerAnswered: facts_agents.invitation_answered,
    e.PartTimerReleased: facts_agents.released,
    e.RuntimeStarted: facts_agents.runtime_started,
    e.AlarmAcknowledged: facts_agents.nothing,
    e.ArticlePublished: facts_agents.nothing,
    e.EntryRefused: facts_agents.nothing,
    e.FlowEntered: facts_calls.flow_entered,
    e.FlowLeft: facts_calls.flow_left,
    e.ConsultMerged: facts_calls.consult_merged,
    e.OutboundDialled: facts_calls.dialled,
    e.OutboundAnswered: facts_calls.dial_answered,
    e.SurveyAsked: facts_calls.survey_asked,
    e.AgentDevice: facts_calls.device,
    **dict.fromkeys((*get_args(WitnessedFact), *get_args(ImportedFact)), facts_agents.nothing),
}
