"""Permissions and the roles that bundle them (requirement G3). Pure.

A route asks for one permission; an account has roles; a role is a set of permissions. Client scope is separate: an
account sees the contacts of the clients it is scoped to, or of all.
"""

from collections.abc import Iterable
from enum import StrEnum


class Permission(StrEnum):
    DESK_USE = "desk.use"  # be an agent
    FLOOR_VIEW = "floor.view"
    FLOOR_ACT = "floor.act"  # re-prioritise, move, pull, sign out, invite part-timers
    WALL_VIEW = "wall.view"
    CONTACTS_VIEW = "contacts.view"
    CONTACTS_EDIT = "contacts.edit"  # notes, reason
    CONTACTS_EXPORT = "contacts.export"
    LEDGER_VIEW = "ledger.view"
    CUSTOMERS_VIEW = "customers.view"
    CUSTOMERS_EDIT = "customers.edit"
    CUSTOMERS_MERGE = "customers.merge"
    CUSTOMERS_REVEAL = "customers.reveal"  # see whole numbers; each reveal is in the audit log
    KNOWLEDGE_VIEW = "knowledge.view"
    KNOWLEDGE_EDIT = "knowledge.edit"
    KNOWLEDGE_PUBLISH = "knowledge.publish"
    METRICS_VIEW = "metrics.view"
    SETUP_VIEW = "setup.view"
    SETUP_EDIT = "setup.edit"  # queues, skills, hours, reasons, widgets, site, clients
    STAFF_VIEW = "staff.view"
    STAFF_EDIT = "staff.edit"
    TOKENS_EDIT = "tokens.edit"
    AUDIT_VIEW = "audit.view"
    FLOW_READ = "flow.read"  # flows, their versions and counts; test calls; prompts
    FLOW_WRITE = "flow.write"  # drafts and prompts
    FLOW_PUBLISH = "flow.publish"  # what customers get to hear
    RECORDING_LISTEN = "recording.listen"  # each listen is in the audit log
    RECORDING_DOWNLOAD = "recording.download"
    RECORDING_HOLD = "recording.hold"  # set and lift legal holds
    RECORDING_DELETE = "recording.delete"  # before its time, with a certificate
    CALL_LISTEN = "call.listen"  # into a talk under way, heard by nobody
    CALL_WHISPER = "call.whisper"  # to its agent
    CALL_BARGE = "call.barge"  # into it, heard by both
    REPORT_VIEW = "report.view"  # run, read and export reports; the archive
    REPORT_EDIT = "report.edit"  # build, save and share them
    REPORT_SCHEDULE = "report.schedule"  # timetables, destinations, sending again
    CONTRACT_VIEW = "contract.view"  # service-level contracts, their standing and statements
    CONTRACT_EDIT = "contract.edit"  # draft versions, exclusions, actions
    CONTRACT_APPROVE = "contract.approve"  # for one's own side: versions, exclusions, statements
    SCHEDULE_OWN = "schedule.own"  # one's own schedule, wishes, swaps and leave
    PLAN_VIEW = "plan.view"  # forecasts, need and cover, schedules of all, adherence, scenarios
    PLAN_EDIT = "plan.edit"  # forecasts, calendar, shift patterns, rules, draft schedules, scenarios
    PLAN_PUBLISH = "plan.publish"  # make a draft the schedule that people work by
    PLAN_APPROVE = "plan.approve"  # requests, adherence exceptions, changes of the day


class Role(StrEnum):
    ANSWERER = "answerer"  # 接聽
    SOLVER = "solver"  # 解決
    CALLBACK = "callback"  # 回訪
    SUPERVISOR = "supervisor"
    QA = "qa"
    TRAINER = "trainer"
    PLANNER = "planner"
    SUPPORT = "support"
    MANAGER = "manager"
    CLIENT = "client"
    FINANCE = "finance"
    ADMIN = "admin"


P = Permission
_AGENT = frozenset(
    {
        P.DESK_USE,
        P.CONTACTS_EDIT,
        P.CUSTOMERS_VIEW,
        P.CUSTOMERS_EDIT,
        P.CUSTOMERS_REVEAL,
        P.KNOWLEDGE_VIEW,
        P.METRICS_VIEW,
        P.SCHEDULE_OWN,
    }
)
_HEARS = frozenset({P.RECORDING_LISTEN, P.RECORDING_DOWNLOAD})
_KEEPS = frozenset({P.RECORDING_HOLD, P.RECORDING_DELETE})
_TAKES_PART = frozenset({P.CALL_LISTEN, P.CALL_WHISPER, P.CALL_BARGE})
_REPORTS = frozenset({P.REPORT_VIEW, P.REPORT_EDIT})
_PLANS = frozenset({P.PLAN_VIEW, P.PLAN_EDIT, P.PLAN_PUBLISH, P.PLAN_APPROVE})
_SEES = frozenset({P.CONTACTS_VIEW, P.CUSTOMERS_VIEW, P.KNOWLEDGE_VIEW, P.METRICS_VIEW, P.WALL_VIEW})

ROLES: dict[Role, frozenset[Permission]] = {
    Role.ANSWERER: _AGENT,
    Role.SOLVER: _AGENT | {P.CONTACTS_VIEW},
    Role.CALLBACK: _AGENT,
    Role.SUPERVISOR: _AGENT
    | _SEES
    | _HEARS
    | _TAKES_PART
    | {P.FLOOR_VIEW, P.FLOOR_ACT, P.CONTACTS_EXPORT, P.LEDGER_VIEW, P.CUSTOMERS_MERGE, P.SETUP_VIEW, P.STAFF_VIEW}
    | _REPORTS
    | {P.FLOW_READ, P.CONTRACT_VIEW}
    | {P.PLAN_VIEW, P.PLAN_APPROVE},
    Role.QA: _SEES | _REPORTS | {P.CALL_LISTEN, P.RECORDING_LISTEN, P.LEDGER_VIEW, P.FLOOR_VIEW},
    Role.TRAINER: _SEES
    | _REPORTS
    | {P.PLAN_VIEW}
    | {P.CALL_LISTEN, P.CALL_WHISPER}
    | {P.RECORDING_LISTEN, P.KNOWLEDGE_EDIT, P.KNOWLEDGE_PUBLISH},
    Role.PLANNER: _SEES
    | _REPORTS
    | {P.CONTRACT_VIEW}
    | {P.FLOOR_VIEW, P.SETUP_VIEW, P.STAFF_VIEW, P.FLOW_READ}
    | _PLANS,
    Role.SUPPORT: frozenset({P.SETUP_VIEW, P.WALL_VIEW, P.METRICS_VIEW, P.AUDIT_VIEW, P.FLOW_READ, P.FLOW_WRITE}),
    Role.MANAGER: _SEES
    | _HEARS
    | _KEEPS
    | {P.FLOOR_VIEW, P.CONTACTS_EXPORT, P.LEDGER_VIEW, P.SETUP_VIEW, P.STAFF_VIEW, P.AUDIT_VIEW, P.CUSTOMERS_MERGE}
    | _REPORTS
    | {P.REPORT_SCHEDULE, P.CONTRACT_VIEW, P.CONTRACT_EDIT, P.CONTRACT_APPROVE}
    | {P.FLOW_READ, P.FLOW_WRITE, P.FLOW_PUBLISH}
    | {P.PLAN_VIEW, P.PLAN_PUBLISH, P.PLAN_APPROVE},
    Role.CLIENT: frozenset(
        {P.CONTACTS_VIEW, P.WALL_VIEW, P.METRICS_VIEW, P.REPORT_VIEW, P.CONTRACT_VIEW, P.CONTRACT_APPROVE}
    ),
    Role.FINANCE: frozenset({P.METRICS_VIEW, P.REPORT_VIEW, P.CONTRACT_VIEW, P.CONTRACT_APPROVE}),
    Role.ADMIN: frozenset(Permission) - {P.DESK_USE, P.CUSTOMERS_REVEAL, P.SCHEDULE_OWN} - _HEARS - _TAKES_PART,
}


def permissions_of(roles: frozenset[Role]) -> frozenset[Permission]:
    """All that the roles allow together."""
    return frozenset().union(*(ROLES[role] for role in roles)) if roles else frozenset()


def roles_of(names: Iterable[str]) -> frozenset[Role]:
    """Stored names as roles; one that a later version knew and this one does not gives no rights."""
    return frozenset(role for role in Role if role.value in set(names))
