"""What schedules, destinations and deliveries look like over HTTP. Instants are ms UTC."""

from typing import Annotated, Any, Literal, cast

import msgspec
from pydantic import BaseModel, Field

from jietong.reports.bundle import Format
from jietong.reports.channels.model import Security, Target
from jietong.reports.delivery_model import (
    Delivery,
    DeliveryState,
    Destination,
    Edition,
    FileLine,
    Opening,
    Schedule,
    ScheduleSpec,
)
from jietong.reports.schemas import Strict
from jietong.reports.timetable import Closed, Occasion, Repeat, Timetable

Line = Annotated[str, Field(max_length=300)]
Id = Annotated[str, Field(min_length=1, max_length=60)]
Port = Annotated[int, Field(ge=1, le=65535)]


class EmailIO(Strict):
    """`attach_mb`: larger files go as links that expire. The secret is the password of `username`."""

    way: Literal["email"]
    host: Line
    sender: Line
    to: list[Line] = Field(max_length=100)
    port: Port = 587
    security: Security = Security.STARTTLS
    username: Line = ""
    attach_mb: int = Field(10, ge=0, le=50)


class PortalIO(Strict):
    """The archive that the client's own people see."""

    way: Literal["portal"]


class SftpIO(Strict):
    """`host_key`: the server's public key, as `ssh-keyscan` prints it. The secret is the password, or with `auth`
    key a private key in OpenSSH format."""

    way: Literal["sftp"]
    host: Line
    username: Line
    host_key: str = Field(max_length=2000)
    port: Port = 22
    folder: Line = "."
    auth: Literal["password", "key"] = "password"


class WebdavIO(Strict):
    """HTTP PUT below `url`."""

    way: Literal["webdav"]
    url: str = Field(max_length=1000)
    username: Line = ""


class PrinterIO(Strict):
    """`uri`: ipp://… or ipps://…"""

    way: Literal["printer"]
    uri: str = Field(max_length=1000)
    username: Line = ""
    media: str = Field("iso_a4_210x297mm", max_length=60)
    copies: int = Field(1, ge=1, le=99)


class FaxIO(Strict):
    """A fax file (TIFF) in a folder; sending it comes with the fax channel."""

    way: Literal["fax"]
    folder: Line = "fax"


class FolderIO(Strict):
    """A folder below the centre's own for deliveries."""

    way: Literal["folder"]
    folder: Line = "reports"


TargetIO = Annotated[
    EmailIO | PortalIO | SftpIO | WebdavIO | PrinterIO | FaxIO | FolderIO, Field(discriminator="way")
]


class DestinationIn(Strict):
    """`secret`: password or private key; told once, and never shown again."""

    name: Line
    target: TargetIO
    secret: str | None = Field(None, max_length=20_000)


class DestinationChangeIn(DestinationIn):
    """`secret` null: the one that is kept stays; "": taken away."""

    version: int = Field(ge=0, lt=2**31)
    active: bool = True


class DestinationOut(BaseModel):
    """`secret`: whether one is kept."""

    id: str
    version: int
    name: str
    target: TargetIO
    secret: bool
    active: bool
    changed_at: int


class DestinationsOut(BaseModel):
    items: list[DestinationOut]
    next: None = None


class TryIn(Strict):
    language: Literal["zh-Hans", "zh-Hant", "en"] | None = None


class TriedOut(BaseModel):
    """`answer`: the other side's words, or one sentence of what went wrong."""

    ok: bool
    answer: str


class TimetableIO(Strict):
    """`at`, `until`: local times of `zone`, "08:00". `weekdays`: 0 is Monday. `day` null: the last working day.
    `settle`, `deadline`: minutes after `at`. `calendar`: an hours document; `closed`: what its closed days do."""

    repeat: Repeat = Repeat.DAILY
    at: str = Field("08:00", max_length=5)
    zone: str = Field("Asia/Shanghai", max_length=60)
    weekdays: list[int] = Field(default_factory=list, max_length=7)
    day: int | None = 1
    minutes: int = 60
    until: str = Field("20:00", max_length=5)
    calendar: str | None = Field(None, max_length=60)
    closed: Closed = Closed.SEND
    settle: int = 0
    deadline: int = 120

    def timetable(self) -> Timetable:
        return msgspec.convert(self.model_dump(mode="json"), Timetable)


class ScheduleSpecIO(Strict):
    """`reports`: several become one file. `client` null: the figures of all clients. `escalate`: the e-mail
    destination that is told of a missed deadline. `contract`: the agreement whose duty it is."""

    name: Line
    reports: list[Id] = Field(max_length=20)
    timetable: TimetableIO
    destinations: list[Id] = Field(max_length=20)
    formats: list[Format] = Field(default_factory=lambda: [Format.PDF], max_length=5)
    language: Literal["zh-Hans", "zh-Hant", "en"] = "zh-Hans"
    client: str | None = Field(None, max_length=100)
    draft: bool = False
    escalate: Id | None = None
    contract: str | None = Field(None, max_length=100)
    active: bool = True

    def spec(self) -> ScheduleSpec:
        return msgspec.convert(self.model_dump(mode="json"), ScheduleSpec)


class ScheduleIn(Strict):
    schedule: ScheduleSpecIO


class ScheduleChangeIn(ScheduleIn):
    version: int = Field(ge=0, lt=2**31)


class ScheduleOut(BaseModel):
    """`owner_name`: with whose right its reports are made. `next_at` null: never again."""

    id: str
    version: int
    schedule: ScheduleSpecIO
    owner_name: str
    next_at: int | None
    changed_at: int


class SchedulesOut(BaseModel):
    items: list[ScheduleOut]
    next: None = None


class UpcomingIn(Strict):
    timetable: TimetableIO


class OccasionOut(BaseModel):
    at: int
    ready: int
    deadline: int


class UpcomingOut(BaseModel):
    items: list[OccasionOut]
    next: None = None


class AttemptOut(BaseModel):
    at: int
    ok: bool
    answer: str


class DeliveryOut(BaseModel):
    """`at`: the instant that it is of; `digest`: sha-256 of the content, the same however often it is sent; `round`
    counts sending again; `notice`: a message about a late delivery. `late`: past its deadline and not there."""

    id: str
    client: str
    schedule: str
    schedule_name: str
    edition: str
    edition_n: int
    title: str
    destination: str
    destination_name: str
    way: str
    at: int
    deadline: int
    state: DeliveryState
    round: int
    attempts: list[AttemptOut]
    next_try: int | None
    digest: str | None
    bytes: int | None
    receipt: dict[str, Any] | None
    reached_at: int | None
    escalated_at: int | None
    notice: bool
    error: str


class DeliveriesOut(BaseModel):
    items: list[DeliveryOut]
    next: str | None


class OnTimeOut(BaseModel):
    """`numerator` of `denominator` deliveries arrived by their deadline; `value` null: none was due."""

    value: float | None
    numerator: int
    denominator: int


class RevokedOut(BaseModel):
    revoked: int


class EditionRestateIn(Strict):
    reason: str = Field(max_length=500)


class EditionFileOut(BaseModel):
    n: int
    format: str
    name: str
    media_type: str
    digest: str
    bytes: int


class EditionOut(BaseModel):
    """`n` above 1 restates an earlier one for `reason`. `page`: there is one for a small screen."""

    id: str
    client: str
    schedule: str
    title: str
    language: str
    at: int
    n: int
    state: str
    draft: bool
    reason: str
    start: int | None
    end: int | None
    digest: str | None
    deadline: int
    error: str
    made_at: int | None
    published_at: int | None
    files: list[EditionFileOut]
    page: bool


class ArchiveOut(BaseModel):
    items: list[EditionOut]
    next: str | None


class OpeningOut(BaseModel):
    who: str
    name: str
    at: int
    address: str


class OpeningsOut(BaseModel):
    items: list[OpeningOut]
    next: None = None


def target_of(given: Any) -> Target:
    return cast(Target, msgspec.convert(given.model_dump(mode="json"), Target))


def destination_out(one: Destination) -> DestinationOut:
    return DestinationOut.model_validate(one._asdict() | {"target": msgspec.to_builtins(one.target)})


def schedule_out(one: Schedule) -> ScheduleOut:
    return ScheduleOut.model_validate(one._asdict() | {"schedule": msgspec.to_builtins(one.spec)})


def occasion_out(one: Occasion) -> OccasionOut:
    return OccasionOut(**one._asdict())


def delivery_out(one: Delivery) -> DeliveryOut:
    return DeliveryOut.model_validate(one._asdict())


def edition_out(one: Edition, files: list[FileLine]) -> EditionOut:
    return EditionOut.model_validate(
        one._asdict()
        | {
            "files": [file._asdict() for file in files],
            "page": any(file.format == "html" for file in files),
        }
    )


def opening_out(one: Opening) -> OpeningOut:
    return OpeningOut(**one._asdict())
