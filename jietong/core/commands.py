"""What may be asked of the centre's single writer. A command is refused whole or done whole.

The same commands come from the desk's socket, the supervisor's screen, a channel adapter, the simulator and the
administrator. Who may send which is decided before they get here (identity); whether it makes sense now is
decided by the engine, which raises `core.errors.Refused` and changes nothing.
"""

from typing import TypeAlias

import msgspec
from msgspec import Struct

from jietong.core.specs import AgentSpec, HoursSpec, Names, QueueSpec, SiteSpec, SkillSpec
from jietong.core.vocabulary import Author, Channel, EndedBy, Status


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
)

decode_desk: msgspec.json.Decoder[DeskCommand] = msgspec.json.Decoder(DeskCommand)
decode_supervisor: msgspec.json.Decoder[SupervisorCommand] = msgspec.json.Decoder(SupervisorCommand)
