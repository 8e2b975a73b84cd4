"""What may be asked of the centre's single writer. A command is refused whole or done whole.

The same commands come from the desk's socket, the supervisor's screen, a channel adapter, the simulator and the
administrator. Who may send which is decided before they get here (identity); whether it makes sense now is
decided by the engine, which raises `core.errors.Refused` and changes nothing.
"""

from typing import TypeAlias

import msgspec
from msgspec import Struct

from jietong.core.events import WitnessedFact
from jietong.core.specs import AgentSpec, HoursSpec, Names, QueueSpec, SiteSpec, SkillSpec
from jietong.core.vocabulary import Author, Channel, EndedBy, Outcome, Status


class Command(Struct, frozen=True, tag_field="type", forbid_unknown_fields=True):
    """Base of all commands."""


# --- contacts: sent by channels ------------------------------------------------------------------------------


class Arrive(Command, frozen=True, tag="arrive"):
    """A customer is at the door of a queue. Gives contact.arrived and queue.entered or queue.refused."""

    contact: str
    channel: Channel
    queue: str
    entry: str
    customer: str | None = None
    language: str = "zh-Hans"
    priority: int = 0  # added to the queue's own
    prefer: str | None = None  # the last agent who knew the customer
    simulated: bool = False


class Enter(Command, frozen=True, tag="enter"):
    """A customer is at an entry that a flow answers (a number, a bot). Gives contact.arrived, flow.entered."""

    contact: str
    channel: Channel
    client: str
    entry: str
    flow: str
    version: int
    customer: str | None = None
    language: str = "zh-Hans"
    simulated: bool = False


class RefuseEntry(Command, frozen=True, tag="refuse_entry"):
    """A customer whom the entry itself cannot take. Gives contact.arrived, entry.refused, contact.ended (blocked)."""

    contact: str
    channel: Channel
    client: str
    entry: str
    why: str  # as in entry.refused
    customer: str | None = None
    simulated: bool = False
    trunk: str | None = None


class JoinQueue(Command, frozen=True, tag="join_queue"):
    """The flow hands its customer on. Gives flow.left and queue.entered, or queue.refused with `ends` False: then the
    flow goes on. With `callback` the customer hangs up and keeps the place: callback.requested follows at once."""

    contact: str
    queue: str
    priority: int = 0
    prefer: str | None = None
    language: str | None = None  # what the customer chose in the flow; None: as before
    node: str | None = None
    callback: bool = False


class ReturnToFlow(Command, frozen=True, tag="return_to_flow"):
    """A waiting customer pressed a key that leads back into the flow. The stay ends; its outcome is not an abandon
    by the customer but a choice: flow.entered with cause queue_left. When the queue's maximum wait runs out, the
    engine gives the same fact by itself to whoever came by a flow, with `stay` timed_out."""

    contact: str
    flow: str
    version: int


class LeaveFlow(Command, frozen=True, tag="leave_flow"):
    """The flow is over without a queue: the contact ends with `outcome`.

    A customer whom a queue has refused or whose wait ran out, and who was given nothing instead, ended by that:
    for lost_in_flow and self_served the refusal's own outcome is recorded. A call-back is `JoinQueue`.
    """

    contact: str
    how: str  # as in flow.left
    # lost_in_flow | self_served | voicemail | transferred_out | refused_closed | refused_full | timed_out | cancelled
    outcome: Outcome
    by: EndedBy = EndedBy.CUSTOMER
    node: str | None = None


class CallLost(Command, frozen=True, tag="call_lost"):
    """The switch lost the call: the contact ends as switch_lost wherever it is; its agents are freed at once, those
    who have talked after their wrap-up. A call-back is only promised: it waits on, and one that is being dialled goes
    back to the front. Nothing where the customer's part is over."""

    contact: str


class Dial(Command, frozen=True, tag="dial"):
    """An agent dials a customer. Gives contact.arrived (outbound) and outbound.dialled. Numbers stay outside."""

    agent: str
    contact: str
    client: str
    entry: str  # the caller id that is shown
    queue: str | None = None
    customer: str | None = None
    language: str = "zh-Hans"
    simulated: bool = False


class DialResult(Command, frozen=True, tag="dial_result"):
    """Reached: outbound.answered. Not: contact.ended (unreached) and wrap-up. `End` before gives the dial up."""

    agent: str
    contact: str
    reached: bool


class AgentLegLost(Command, frozen=True, tag="agent_leg_lost"):
    """The agent's telephone did not come up or fell away while the customer is still there: an open offer counts as
    missed; a talk goes back to the front of its queue, as when the desk vanishes, and the agent counts as not
    responding. A dial ends as unreached. A talk that never had a queue ends (handled, by the system)."""

    agent: str
    contact: str
    why: str  # no_answer | rejected | busy | unreachable | lost


class DeviceChanged(Command, frozen=True, tag="device_changed"):
    """Gives agent.device where it is news."""

    agent: str
    reachable: bool
    why: str = ""


class AskSurvey(Command, frozen=True, tag="ask_survey"):
    """Within half an hour of a talk's end. Nothing on channels where the question is always put."""

    contact: str


class Witness(Command, frozen=True, tag="witness"):
    """What the switch saw: recorded as it is, at the writer's time. What begins (a leg, a step, a recording, somebody
    who listens) needs a contact that is known, or all is refused (`unknown_contact`); what ends or comes of it
    (quality, storing, deleting) may come long after the contact is forgotten."""

    facts: tuple[WitnessedFact, ...]


class CustomerLeft(Command, frozen=True, tag="customer_left"):
    """The customer hung up, closed the chat, or was given up on."""

    contact: str


class RequestCallback(Command, frozen=True, tag="request_callback"):
    contact: str


class CallbackResult(Command, frozen=True, tag="callback_result"):
    """The agent's attempt to reach the customer: reached, or not (then it is tried again later)."""

    agent: str
    contact: str
    reached: bool


class PostMessage(Command, frozen=True, tag="post_message"):
    contact: str
    message: str
    author: Author
    agent: str | None = None
    attachment: bool = False


class AnswerSurvey(Command, frozen=True, tag="answer_survey"):
    contact: str
    score: int
    resolved: bool | None = None


class LinkCustomer(Command, frozen=True, tag="link_customer"):
    contact: str
    customer: str


class CloseContact(Command, frozen=True, tag="close_contact"):
    """Ends a contact for the system or a supervisor, wherever it is."""

    contact: str
    by: EndedBy = EndedBy.SUPERVISOR


# --- agents: sent by the desk --------------------------------------------------------------------------------


class SignIn(Command, frozen=True, tag="sign_in"):
    """Idempotent. Full-timers start on break-less READY only when they choose it: the first status is BREAK."""

    agent: str


class SignOut(Command, frozen=True, tag="sign_out"):
    """Refused while contacts are open, unless `by` a supervisor: then they go back to the front of their queue."""

    agent: str
    by: str | None = None


class SetStatus(Command, frozen=True, tag="set_status"):
    """Takes effect at once for new offers; contacts that are open go on. Also clears not-responding."""

    agent: str
    status: Status
    reason: str | None = None
    by: str | None = None


class SetNext(Command, frozen=True, tag="set_next"):
    agent: str
    status: Status | None
    reason: str | None = None


class PresenceLost(Command, frozen=True, tag="presence_lost"):
    agent: str


class PresenceBack(Command, frozen=True, tag="presence_back"):
    agent: str


class Accept(Command, frozen=True, tag="accept"):
    agent: str
    contact: str


class Decline(Command, frozen=True, tag="decline"):
    agent: str
    contact: str


class Hold(Command, frozen=True, tag="hold"):
    agent: str
    contact: str


class Resume(Command, frozen=True, tag="resume"):
    agent: str
    contact: str


class End(Command, frozen=True, tag="end"):
    """The agent ends the talk; wrap-up begins."""

    agent: str
    contact: str


class FinishWrapup(Command, frozen=True, tag="finish_wrapup"):
    agent: str
    contact: str
    reason: str | None = None
    resolved: bool | None = None


class ExtendWrapup(Command, frozen=True, tag="extend_wrapup"):
    agent: str
    contact: str


class Transfer(Command, frozen=True, tag="transfer"):
    """To a queue or to an agent: exactly one is given."""

    agent: str
    contact: str
    to_queue: str | None = None
    to_agent: str | None = None


class Consult(Command, frozen=True, tag="consult"):
    agent: str
    contact: str
    other: str


class CompleteConsult(Command, frozen=True, tag="complete_consult"):
    """The consulted agent takes the contact over. By either side, once joined."""

    agent: str
    contact: str


class CancelConsult(Command, frozen=True, tag="cancel_consult"):
    """By either side."""

    agent: str
    contact: str


class MergeConsult(Command, frozen=True, tag="merge_consult"):
    """Three-way: the customer joins the talk of the two. By the agent who has the contact, once joined."""

    agent: str
    contact: str


class TransferOut(Command, frozen=True, tag="transfer_out"):
    """The agent hands the customer on to a number outside: contact.ended (transferred_out), then wrap-up."""

    agent: str
    contact: str


class AnswerInvitation(Command, frozen=True, tag="answer_invitation"):
    agent: str
    join: bool


# --- supervisors ---------------------------------------------------------------------------------------------


class Prioritise(Command, frozen=True, tag="prioritise"):
    contact: str
    priority: int
    by: str


class Move(Command, frozen=True, tag="move"):
    """A waiting contact to another queue; it keeps its wait."""

    contact: str
    queue: str
    by: str


class Pull(Command, frozen=True, tag="pull"):
    """A waiting contact is offered to this very agent, whatever the order."""

    contact: str
    agent: str
    by: str


class InvitePartTimers(Command, frozen=True, tag="invite_part_timers"):
    queue: str
    count: int
    by: str


class AcknowledgeAlarm(Command, frozen=True, tag="acknowledge_alarm"):
    alarm: str
    by: str
    name: str = ""  # the server sets it, like `by`


# --- set-up and the runtime ----------------------------------------------------------------------------------


class ConfigureSite(Command, frozen=True, tag="configure_site"):
    spec: SiteSpec


class ConfigureQueue(Command, frozen=True, tag="configure_queue"):
    spec: QueueSpec


class ConfigureSkill(Command, frozen=True, tag="configure_skill"):
    spec: SkillSpec


class ConfigureHours(Command, frozen=True, tag="configure_hours"):
    spec: HoursSpec


class ConfigureAgent(Command, frozen=True, tag="configure_agent"):
    spec: AgentSpec


class MergeCustomers(Command, frozen=True, tag="merge_customers"):
    kept: str
    gone: str
    by: str


class PublishArticle(Command, frozen=True, tag="publish_article"):
    article: str
    version: int
    names: Names
    by: str


class Restart(Command, frozen=True, tag="restart"):
    """First command of every writer: open offers are withdrawn without blame, desks get the grace period."""

    epoch: int
    version: str


class Tick(Command, frozen=True, tag="tick"):
    """Time has come to `now`: everything due is done."""


DeskCommand: TypeAlias = (
    SetStatus
    | SetNext
    | SignOut
    | Accept
    | Decline
    | Hold
    | Resume
    | End
    | FinishWrapup
    | ExtendWrapup
    | Transfer
    | Consult
    | CompleteConsult
    | CancelConsult
    | AnswerInvitation
    | CallbackResult
    | MergeConsult
)
"""What an agent may send; the server sets `agent` to who is signed in, whatever the frame says."""

SupervisorCommand: TypeAlias = (
    Prioritise | Move | Pull | InvitePartTimers | AcknowledgeAlarm | CloseContact | SignOut | SetStatus
)

AnyCommand: TypeAlias = (
    Arrive
    | CustomerLeft
    | RequestCallback
    | CallbackResult
    | PostMessage
    | AnswerSurvey
    | LinkCustomer
    | CloseContact
    | SignIn
    | SignOut
    | SetStatus
    | SetNext
    | PresenceLost
    | PresenceBack
    | Accept
    | Decline
    | Hold
    | Resume
    | End
    | FinishWrapup
    | ExtendWrapup
    | Transfer
    | Consult
    | CompleteConsult
    | CancelConsult
    | AnswerInvitation
    | Prioritise
    | Move
    | Pull
    | InvitePartTimers
    | AcknowledgeAlarm
    | ConfigureSite
    | ConfigureQueue
    | ConfigureSkill
    | ConfigureHours
    | ConfigureAgent
    | MergeCustomers
    | PublishArticle
    | Restart
    | Tick
    | Enter
    | RefuseEntry
    | JoinQueue
    | ReturnToFlow
    | LeaveFlow
    | CallLost
    | Dial
    | DialResult
    | AgentLegLost
    | DeviceChanged
    | AskSurvey
    | Witness
    | MergeConsult
    | TransferOut
)

decode_desk: msgspec.json.Decoder[DeskCommand] = msgspec.json.Decoder(DeskCommand)
decode_supervisor: msgspec.json.Decoder[SupervisorCommand] = msgspec.json.Decoder(SupervisorCommand)
