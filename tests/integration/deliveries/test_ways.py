"""D4: every way of delivery against a real server of its kind: the bytes that arrive, doubles, and one clear sentence
for each fault."""

import asyncio
import hashlib
import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import asyncssh
import pytest
from cheroot import wsgi
from delivery_centre import SftpServer, free_port, mailbox, sftp_server
from ipp_printer import GET_JOBS, PRINT_JOB, printer
from PIL import Image
from wsgidav.wsgidav_app import WsgiDAVApp

from jietong.rendering.model import Break, Document, Paragraphs, Prose
from jietong.rendering.pdf import pdf
from jietong.reports.channels import fax, folder, sftp, ways, webdav
from jietong.reports.channels import printer as printing
from jietong.reports.channels.model import (
    EmailTo,
    Enclosed,
    Failure,
    FaxTo,
    FolderTo,
    Parcel,
    PrinterTo,
    Security,
    SftpTo,
    WebdavTo,
)


@lru_cache
def paper() -> bytes:
    blocks = (Paragraphs((Prose("一", ("第一頁",)),)), Break(), Paragraphs((Prose("二", ("第二頁",)),)))
    return pdf([Document("zh-Hant", "每日報表", blocks)])


def enclosed(n: int, name: str, media: str, data: bytes) -> Enclosed:
    return Enclosed(n, "pdf", f"每日 {name}", name, media, data, hashlib.sha256(data).digest())


def parcel(id: str = "d1.1", **more: Any) -> Parcel:
    files = (
        enclosed(1, "daily_20260715-0800.pdf", "application/pdf", paper()),
        enclosed(2, "daily_20260715-0800.csv", "text/csv; charset=utf-8", "﻿隊列,數\r\n報修,3\r\n".encode()),
    )
    given: dict[str, Any] = {"files": files, "period": "2026-07-14"} | more
    return Parcel(id, "每日報表", "zh-Hant", "接通", at=1_784_100_000_000, **given)


def same(folder: Path, sent: Parcel) -> bool:
    return {path.name: path.read_bytes() for path in folder.iterdir()} == {
        file.ascii_name: file.data for file in sent.files
    }


# --- e-mail ------------------------------------------------------------------------------------------------------


def mail(port: int, *to: str, **more: Any) -> EmailTo:
    given: dict[str, Any] = {"security": Security.NONE} | more
    return EmailTo("127.0.0.1", "reports@centre.example", to or ("boss@client.example",), port=port, **given)


async def test_the_same_message_again_is_the_same_to_the_last_byte(tmp_path: Path) -> None:
    async with mailbox() as box:
        for _ in range(2):
            receipt = await ways.send(tmp_path, mail(box.port), None, parcel())
        await ways.send(tmp_path, mail(box.port), None, parcel("d1.2"))
        assert box.raw[0] == box.raw[1], "what a recipient's side gets twice it can tell as one"
        assert box.messages[0]["Message-ID"] == "<d1.1@centre.example>" != box.messages[2]["Message-ID"]
        assert receipt.details["message_id"] == "<d1.1@centre.example>"
        assert "42" in receipt.answer
        files = {part.get_filename(): part for part in box.messages[0].iter_attachments()}
        assert files["每日 daily_20260715-0800.pdf"].get_content() == paper()
        assert box.messages[0]["Subject"] == "每日報表 · 2026-07-14"


async def test_large_files_go_as_links(tmp_path: Path) -> None:
    async def links() -> dict[int, str]:
        return {1: "https://desk.example/d/one", 2: "https://desk.example/d/two"}

    async with mailbox() as box:
        await ways.send(tmp_path, mail(box.port, attach_mb=0), None, parcel(links=links))
        text = box.messages[0].get_body(("plain",))
        assert text is not None
        assert "https://desk.example/d/one" in text.get_content()
        assert "連結" in text.get_content()
        assert not list(box.messages[0].iter_attachments())


async def test_each_fault_of_a_mail_server_is_one_sentence(tmp_path: Path) -> None:
    async with mailbox(password="right") as box:
        await ways.send(tmp_path, mail(box.port, username="us"), "right", parcel())
        cases = [
            (mail(box.port, username="us"), "wrong", "refused the sign-in", True),
            (mail(box.port, "nobody@x.example", username="us"), "right", "refused every recipient", True),
            (
                mail(box.port, "nobody@x.example", "boss@x.example", username="us"),
                "right",
                "The others have it",
                True,
            ),
            (mail(box.port, username="us", security=Security.STARTTLS), "right", "mail server", False),
            (mail(free_port()), None, "cannot be reached", False),
        ]
        for target, secret, words, lasting in cases:
            with pytest.raises(Failure, match=words) as told:
                await ways.send(tmp_path, target, secret, parcel())
            assert told.value.lasting == lasting, told.value.sentence
            assert "\n" not in told.value.sentence
        assert len(box.messages) == 2


# --- SFTP --------------------------------------------------------------------------------------------------------


def drop(server: SftpServer, **more: Any) -> SftpTo:
    given: dict[str, Any] = {"folder": "in/reports"} | more
    return SftpTo("127.0.0.1", "drop", given.pop("host_key", server.host_key), port=server.port, **given)


async def test_files_lie_whole_on_the_server_and_no_half_one_beside(tmp_path: Path) -> None:
    async with sftp_server(tmp_path / "srv") as server:
        sent = parcel()
        receipt = await sftp.send(drop(server), "pass", sent)
        assert receipt.confirmed
        place = tmp_path / "srv" / "in" / "reports"
        assert same(place, sent)
        before = {path.name: path.stat().st_mtime_ns for path in place.iterdir()}
        await sftp.send(drop(server), "pass", sent)
        assert {path.name: path.stat().st_mtime_ns for path in place.iterdir()} == before, "already there: untouched"
        (place / sent.files[0].ascii_name).write_bytes(b"half")
        await sftp.send(drop(server), "pass", sent)
        assert same(place, sent)


async def test_a_key_opens_the_server_and_a_server_with_another_key_gets_nothing(tmp_path: Path) -> None:
    key = asyncssh.generate_private_key("ssh-ed25519")
    private = key.export_private_key().decode()
    async with sftp_server(tmp_path / "srv", key=key) as server:
        await sftp.send(drop(server, auth="key"), private, parcel())
        stranger = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()
        cases = [
            (drop(server, host_key=stranger), "pass", "another key than the one that was set", True),
            (drop(server), "wrong", "refused the sign-in", True),
            (drop(server, auth="key"), "no key at all", "cannot be read", True),
            (SftpTo("127.0.0.1", "drop", server.host_key, port=free_port()), "pass", "cannot be reached", False),
        ]
        for target, secret, words, lasting in cases:
            with pytest.raises(Failure, match=words) as told:
                await sftp.send(target, secret, parcel())
            assert told.value.lasting == lasting, told.value.sentence


# --- WebDAV ------------------------------------------------------------------------------------------------------


@contextmanager
def dav(root: Path) -> Iterator[str]:
    root.mkdir()
    (root / "reports").mkdir()
    app = WsgiDAVApp(
        {
            "provider_mapping": {"/": str(root)},
            "simple_dc": {"user_mapping": {"*": {"drop": {"password": "pass"}}}},
            "http_authenticator": {"accept_basic": True, "accept_digest": False, "default_to_digest": False},
            "verbose": 0,
            "logging": {"enable": False},
        }
    )
    server = wsgi.Server(("127.0.0.1", 0), app)
    server.prepare()
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.bind_addr[1]}/reports"
    finally:
        server.stop()
        thread.join(10)


async def test_files_are_put_by_webdav_and_read_back(tmp_path: Path) -> None:
    with dav(tmp_path / "dav") as url:
        sent = parcel()
        receipt = await webdav.send(WebdavTo(url, "drop"), "pass", sent)
        assert receipt.confirmed
        assert same(tmp_path / "dav" / "reports", sent)
        with pytest.raises(Failure, match="refused the sign-in") as told:
            await webdav.send(WebdavTo(url, "drop"), "wrong", sent)
        assert told.value.lasting
        with pytest.raises(Failure, match="no such folder"):
            await webdav.send(WebdavTo(f"{url}/none", "drop"), "pass", sent)
    with pytest.raises(Failure, match="cannot be reached"):
        await webdav.send(WebdavTo(f"http://127.0.0.1:{free_port()}"), None, parcel())


# --- printer -----------------------------------------------------------------------------------------------------


async def test_a_pdf_is_printed_once_and_followed_until_it_is_done() -> None:
    async with printer() as one:
        target = PrinterTo(one.uri, copies=2)
        receipt = await printing.send(target, None, parcel())
        assert receipt.confirmed
        assert receipt.answer == "job 1: completed"
        job = one.jobs[0]
        assert (job.document, job.format, job.media, job.copies) == (
            paper(),
            "application/pdf",
            "iso_a4_210x297mm",
            2,
        )
        assert job.name == "每日報表 [d1.1]"
        await printing.send(target, None, parcel())
        assert len(one.jobs) == 1, "an attempt whose end nobody noted is found again among the printer's jobs"
        await printing.send(target, None, parcel("d1.2"))
        assert len(one.jobs) == 2
        assert one.asked[:3] == [GET_JOBS, GET_JOBS, PRINT_JOB]


async def test_a_job_that_takes_long_is_asked_after_and_one_that_fails_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(printing, "WATCH_S", 0.3)
    async with printer() as one:
        target = PrinterTo(one.uri)
        one.states = [5] * 20 + [9]
        receipt = await printing.send(target, None, parcel())
        assert (receipt.confirmed, receipt.follow) == (False, {"job": 1})
        one.jobs[0].states = [9]
        assert (await printing.follow(target, None, {"job": 1})).confirmed
        one.states = [8]
        with pytest.raises(Failure, match=r"did not print it, job 2: aborted \(document-format-error\)"):
            await printing.send(target, None, parcel("d2.1"))
        one.refuse = 0x040A
        with pytest.raises(Failure, match="takes no PDF") as told:
            await printing.send(target, None, parcel("d3.1"))
        assert told.value.lasting
    with pytest.raises(Failure, match="cannot be reached"):
        await printing.send(target, None, parcel("d4.1"))


# --- fax and folder ----------------------------------------------------------------------------------------------


async def test_a_fax_file_is_profile_f_and_reads_back_page_by_page(tmp_path: Path) -> None:
    receipt = await fax.send(tmp_path, FaxTo("fax"), parcel())
    assert receipt.confirmed
    path = tmp_path / "fax" / "daily_20260715-0800.tif"
    with Image.open(io.BytesIO(path.read_bytes())) as image:
        assert image.n_frames == 2
        for n in range(2):
            image.seek(n)
            tags = image.tag_v2
            assert (image.mode, image.size, image.info["compression"]) == ("1", (1728, 2292), "group4")
            assert (tags[254], tags[262], tags[296]) == (2, 0, 2)
            assert (round(tags[282]), round(tags[283])) == (204, 196)
            ink = image.histogram()[0]
            assert 500 < ink < 0.3 * 1728 * 2292, "black on white, and something on it"
    assert fax.fax(paper()) == path.read_bytes()
    with pytest.raises(Failure, match="no PDF"):
        await fax.send(tmp_path, FaxTo("fax"), parcel(files=parcel().files[1:]))


async def test_a_folder_holds_whole_files_and_nothing_outside_is_written(tmp_path: Path) -> None:
    sent = parcel()
    await asyncio.gather(*(folder.send(tmp_path / "out", FolderTo("a/b"), sent) for _ in range(2)))
    assert same(tmp_path / "out" / "a" / "b", sent)
    with pytest.raises(Failure, match="outside"):
        await folder.send(tmp_path / "out", FolderTo("../elsewhere"), sent)
    assert not (tmp_path / "elsewhere").exists()
