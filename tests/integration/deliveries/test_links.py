"""Large files go as links that open without signing in, until they expire or are taken back."""

import hashlib
import re

from delivery_centre import email_to, made, mailbox, schedule
from report_centre import Centre

from jietong.identity.permissions import Role
from jietong.reports.deliveries import Deliveries

DAY = 86_400_000


async def test_a_mailed_link_opens_the_file_until_it_expires_or_is_taken_back(
    centre: Centre, deliveries: Deliveries
) -> None:
    program, stranger = await centre.program(Role.MANAGER), await centre.program(None)
    async with mailbox() as box:
        target = email_to(box, attach_mb=0)
        mail = await made(program.post("/api/report-destinations", json={"name": "Boss", "target": target}))
        id = await made(program.post("/api/report-schedules", json=schedule([mail])))
        links = []
        for _ in range(2):
            assert (await program.post(f"/api/report-schedules/{id}/deliver")).status_code == 202
            await deliveries.runner.once()
            text = box.messages[-1].get_body(("plain",))
            assert text is not None
            found = re.search(r"https://desk\.example(/d/\S+)", text.get_content())
            assert found is not None
            links.append(found[1])
            centre.clock.advance(1000)
        items = (await program.get("/api/report-deliveries")).json()["items"]
        opened = await stranger.get(links[0])
        assert opened.status_code == 200
        assert hashlib.sha256(opened.content).hexdigest() == items[1]["digest"]
        again = await program.post(f"/api/report-deliveries/{items[1]['id']}/again")
        assert again.status_code == 200
        await deliveries.runner.once()
        text = box.messages[-1].get_body(("plain",))
        assert text is not None
        assert links[0] in text.get_content(), "sent again, it is the same link"
        assert (await program.delete(f"/api/report-deliveries/{items[1]['id']}/links")).json() == {"revoked": 1}
        assert (await stranger.get(links[0])).json()["code"] == "no_such_link"
        await program.post(f"/api/report-deliveries/{items[1]['id']}/again")
        await deliveries.runner.once()
        text = box.messages[-1].get_body(("plain",))
        assert text is not None
        fresh = re.search(r"https://desk\.example(/d/\S+)", text.get_content())
        assert fresh is not None
        assert (await stranger.get(fresh[1])).status_code == 200, "a new one in place of what was taken back"
        assert (await stranger.get("/d/made-up")).status_code == 404
        assert (await stranger.get(links[1])).status_code == 200
        centre.clock.advance(30 * DAY)
        assert (await stranger.get(links[1])).status_code == 404, "it has expired"
