"""A day at the care desk, in Japanese or in English, as an agent, a lead and a manager live it.

Each step leaves a picture in var/shots/e2e/, for people to look at. The clock goes forward in this
story, so that it has a sandbox of its own: what others left to be late would fill its alerts.
"""

import os
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import pytest
from playwright.async_api import Browser, Locator, expect

from tests.e2e.running import Live, running
from tests.e2e.window import DESK, PHONE, Window, window

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("e2e")]

A_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Tale:
    """What differs between the two tellings: people, place and words."""

    lang: str
    agent: str
    network: str
    room: str
    lead: str
    leads: str  #: the room of the leads, and below of the managers
    manager: str
    managers: str
    customer: str
    name: str
    asks: str
    answers: str
    reason: str
    target: str
    note: str
    again: str
    labels: dict[str, str]
    says: dict[str, str]


EN: Final = Tale(
    lang="en",
    agent="U01BEN",
    network="x",
    room="care-global",
    lead="U03MAYA",
    leads="care-leads",
    manager="U04KEN",
    managers="care-managers",
    customer="nora_peaks",
    name="Nora Peaks",
    asks="My tent pole snapped on its second night out, in the rain. What are you going to do?",
    answers="We are sorry, Nora. A new pole is on its way to you today.",
    reason="This is the third pole of this batch: is it a recall?",
    target="specialists",
    note="The batch is under test; she gets one of the new poles.",
    again="It came, but it is the wrong length.",
    labels={
        "undo": "Undo",
        "sendnow": "Send now",
        "close": "Close",
        "snooze": "Snooze",
        "escalate": "Escalate",
    },
    says={
        "undoable": "goes out in 10 s",
        "undone": "was taken back",
        "sent": "✓ Ben replied",
        "snoozed": "Snoozed until",
        "escalated": "Escalated to specialists",
        "closed": "Closed: resolved",
        "reopened": "was reopened",
        "late": "First response is late",
        "list late": "First response was due",
        "list": "Your tickets",
        "help": "Commands",
        "report": "in your direct messages",
        "figures": "Customer care on",
        "breaches": "Targets missed since",
        "closes": "Closes on",
    },
)

JA: Final = Tale(
    lang="ja",
    agent="U02AOI",
    network="chirp",
    room="care-japan",
    lead="U03MAYA",
    leads="care-leads-jp",
    manager="U04KEN",
    managers="care-managers-jp",
    customer="yuki_yama",
    name="山本 ゆき",
    asks="昨日届いたテントのポールが二日目の夜に折れました。どうしていただけますか？",
    answers="ご不便をおかけして申し訳ございません。本日、新しいポールをお送りいたします。",
    reason="同じロットで3件目です。回収が必要でしょうか。",
    target="専門チーム",
    note="このロットは検査中です。新しいポールを送ってください。",
    again="届きましたが、長さが違います。",
    labels={
        "undo": "取り消す",
        "sendnow": "今すぐ送信",
        "close": "クローズ",
        "snooze": "スヌーズ",
        "escalate": "エスカレーション",
    },
    says={
        "undoable": "10秒後に送信",
        "undone": "取り消されました",
        "sent": "伊藤さんが返信しました",
        "snoozed": "までスヌーズ",
        "escalated": "エスカレーション先：専門チーム",
        "closed": "クローズ（解決）",
        "reopened": "再オープンされました",
        "late": "初回返信の期限超過",
        "list late": "初回返信の期限超過",
        "list": "担当中のチケット",
        "help": "コマンド一覧",
        "report": "DMでお送りしました",
        "figures": "のカスタマーケア",
        "breaches": "以降の期限超過",
        "closes": "のクローズ",
    },
)


#: What test_day.py lives is English; both tell both by `make presses`.
TALES: Final = [EN, JA] if "CHATOPS_EVERY_PRESS" in os.environ else [JA]  # noqa: TID251 - as make sets it


@pytest.fixture(scope="module")
async def live(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Live]:
    async with running(tmp_path_factory.mktemp("story")) as started:
        yield started


@pytest.mark.parametrize("tale", TALES, ids=lambda tale: tale.lang)
async def test_a_day(browser: Browser, live: Live, tale: Tale) -> None:
    async with window(browser, live, DESK) as desk:
        day = Day(live, desk, tale)
        await day.morning_comes()
        ticket = await day.a_customer_writes()
        await day.claims(ticket)
        await day.replies_and_undoes(ticket)
        await day.replies(ticket)
        await day.snoozes(ticket)
        await day.escalates(ticket)
        await day.closes_and_the_customer_comes_back(ticket)
        await day.asks_for_lists_help_and_report()
        late = await day.nobody_answers_in_time()
        await day.evening_comes()
    async with window(browser, live, PHONE) as phone:
        await Day(live, phone, tale).on_the_way_home(late)


@dataclass(frozen=True, slots=True)
class Day:
    """The steps of a day, in their order."""

    live: Live
    desk: Window
    tale: Tale

    async def morning_comes(self) -> None:
        """Let the day be long enough for all of it, whenever it is lived and after whatever else."""
        now = await self.live.now()
        if now.hour >= 15:
            morning = now.replace(hour=7, minute=0, second=0)
            await self.live.turn(to=(morning + A_DAY).isoformat())

    async def a_customer_writes(self) -> int:
        ticket = await self._new(self.tale.asks)
        await self._at_work(self.tale.agent)
        await expect(self._card(ticket)).to_contain_text(self.tale.asks)
        await self._shot("01-new")
        return ticket

    async def claims(self, ticket: int) -> None:
        await self.desk.press(self._card(ticket), "claim", "")
        await expect(self._card(ticket).locator("[data-action-id='do:claim']")).to_have_count(0)
        await self._shot("02-claimed")

    async def replies_and_undoes(self, ticket: int) -> None:
        await self.desk.press(self._card(ticket), "reply", "")
        await self._writes_reply()
        await self._shot("03-reply-form")
        await self.desk.submit()
        await expect(self.desk.modal).to_be_hidden()
        await self._open_thread(ticket)
        await expect(self._thread).to_contain_text(self.tale.says["undoable"])
        await self._shot("04-undo")
        await self._thread.get_by_role("button", name=self.tale.labels["undo"]).click()
        await expect(self._thread).to_contain_text(self.tale.says["undone"])
        await self._shot("05-undone")

    async def replies(self, ticket: int) -> None:
        """The second reply goes out at once, the customer sees it, and the clock stands still."""
        await self.desk.press(self._card(ticket), "reply", "")
        await self.desk.send(text=self.tale.answers)
        await self._thread.get_by_role("button", name=self.tale.labels["sendnow"]).click()
        await expect(self._thread).to_contain_text(self.tale.says["sent"])
        await self.desk.page.get_by_test_id(f"customer-network-{self.tale.network}").click()
        timeline = self.desk.page.get_by_test_id("customer-timeline")
        await expect(timeline.locator(".post-brand")).to_contain_text([self.tale.answers])
        await timeline.locator(".post-brand").last.scroll_into_view_if_needed()
        await self._shot("06-sent")
        assert self.live.row(ticket)["waiting"] == "customer"

    async def snoozes(self, ticket: int) -> None:
        await self.desk.press(self._card(ticket), "snooze", "")
        await self.desk.fill(until="tomorrow", reason="waiting_third_party")
        await self._shot("07-snooze-form")
        await self.desk.submit()
        await expect(self._card(ticket)).to_contain_text(self.tale.says["snoozed"])
        await self._shot("08-snoozed")
        await self.desk.press(self._card(ticket), "wake", "")
        await expect(self._card(ticket)).not_to_contain_text(self.tale.says["snoozed"])

    async def escalates(self, ticket: int) -> None:
        """Both rooms show the ticket, and what is noted in either thread stands in both."""
        await self.desk.press(self._card(ticket), "escalate", "")
        await self.desk.send(target=self.tale.target, reason=self.tale.reason)
        await expect(self._card(ticket)).to_contain_text(self.tale.says["escalated"])
        await self._at_work(self.tale.lead, "care-escalation", ticket)
        await expect(self._thread).to_contain_text(self.tale.reason)
        await self.desk.type(self.tale.note, "thread-composer")
        await self._shot("09-escalated-there")
        await self._at_work(self.tale.agent, self.tale.room, ticket)
        await expect(self._thread).to_contain_text(self.tale.note)
        await self.desk.type("👍", "thread-composer")
        await self._shot("10-escalated-here")
        await self._at_work(self.tale.lead, "care-escalation", ticket)
        await expect(self._thread).to_contain_text("👍")

    async def closes_and_the_customer_comes_back(self, ticket: int) -> None:
        """After a reply one press closes; the customer's next words open it again."""
        await self._at_work(self.tale.agent, self.tale.room, ticket)
        await self.desk.press(self._card(ticket), "close", "")
        await expect(self._card(ticket)).to_contain_text(self.tale.says["closed"])
        await self._shot("11-closed")
        posts = (await self.live.seen_on(self.tale.network))["posts"]
        ours = next(post for post in reversed(posts) if post["text"].endswith(self.tale.answers))
        await self._writes(self.tale.again, kind="reply", to_post=ours["id"])
        messages = self.desk.page.get_by_test_id("messages")
        await expect(messages).to_contain_text(self.tale.says["reopened"])
        await expect(self._thread).to_contain_text(self.tale.again)
        await self._shot("12-reopened")

    async def asks_for_lists_help_and_report(self) -> None:
        await self._at_work(self.tale.agent)
        lines = {
            "13-list": ("/care list", "list"),
            "14-help": ("/care help", "help"),
            "15-report": ("/care-report", "report"),
        }
        for name, (line, says) in lines.items():
            await self.desk.type(line)
            answer = self.desk.page.get_by_test_id("messages").locator(".message-ephemeral").last
            await expect(answer).to_contain_text(self.tale.says[says])
            await answer.scroll_into_view_if_needed()
            await self._shot(name)
        await self.desk.open_app(self.tale.agent, "messages", lang=self.tale.lang)
        report = self.desk.page.get_by_test_id("messages").locator("article").last
        await expect(report).to_contain_text(self.tale.says["figures"])
        picture = report.locator("img.b-image-picture").first
        await expect(picture).to_have_js_property("naturalWidth", 800)
        await self._shot("15-report-pictured")
        await self._at_work(self.tale.agent)

    async def nobody_answers_in_time(self) -> int:
        """Business time goes past the due minute: the queue's room and the managers' hear of it."""
        ticket = await self._new(self.tale.asks, customer=f"{self.tale.customer}_2")
        await self._at_work(self.tale.manager, self.tale.managers)
        await self.desk.page.get_by_test_id("clock-advance-60").click()
        alert = self.desk.page.get_by_test_id("messages").locator("article", has_text=f"#{ticket}")
        await expect(alert.last).to_contain_text("⚠")
        await self._shot("16-breach")
        await self._at_work(self.tale.agent)
        messages = self.desk.page.get_by_test_id("messages")
        # with what others left to get late at the same minute it comes in a list
        said = re.compile(
            "|".join(re.escape(self.tale.says[each]) for each in ("late", "list late"))
        )
        await expect(messages).to_contain_text(said)
        return ticket

    async def evening_comes(self) -> None:
        now = await self.live.now()
        evening = now.replace(hour=18, minute=0, second=30)
        await self.live.turn(to=(evening if evening > now else evening + A_DAY).isoformat())
        await self._at_work(self.tale.manager, self.tale.managers)
        digest = self.desk.page.get_by_test_id("messages").locator("article").last
        await expect(digest).to_contain_text(self.tale.says["breaches"])
        await self._shot("17-digest-breaches")
        await self._at_work(self.tale.lead, self.tale.leads)
        digest = self.desk.page.get_by_test_id("messages").locator("article").last
        await expect(digest).to_contain_text(self.tale.says["closes"])
        await self._shot("18-digest-closes")

    async def on_the_way_home(self, ticket: int) -> None:
        """On a phone: the card, and the form."""
        await self._at_work(self.tale.agent)
        await self._card(ticket).scroll_into_view_if_needed()
        await self._shot("19-phone-card")
        await self.desk.press(self._card(ticket), "reply", "")
        await self._writes_reply()
        await self._shot("20-phone-form")
        await self.desk.page.get_by_test_id("modal-close").click()
        await expect(self.desk.modal).to_be_hidden()

    # --- parts of steps

    @property
    def _thread(self) -> Locator:
        return self.desk.page.get_by_test_id("thread-messages")

    def _card(self, ticket: int, room: str = "") -> Locator:
        return self.desk.card(self.live.card_ts(ticket, room or self.tale.room))

    async def _new(self, asks: str, customer: str = "") -> int:
        return await self.live.ticket(
            self.tale.network,
            asks,
            handle=customer or self.tale.customer,
            name=self.tale.name,
            lang=self.tale.lang,
        )

    async def _writes(self, text: str, **more: object) -> None:
        await self.live.write(self.tale.network, self.tale.customer, text, **more)

    async def _writes_reply(self) -> None:
        """Type the answer, until the form has counted its last character."""
        await self.desk.field("text").press_sequentially(self.tale.answers)
        count = str(len(self.tale.answers))
        await expect(self.desk.modal.locator(".b-context").last).to_contain_text(count)

    async def _at_work(self, person: str, room: str = "", ticket: int | None = None) -> None:
        room = room or self.tale.room
        thread = self.live.card_ts(ticket, room) if ticket is not None else ""
        await self.desk.be(person, room, thread, self.tale.lang)

    async def _open_thread(self, ticket: int) -> None:
        ts = self.live.card_ts(ticket, self.tale.room)
        await self.desk.page.get_by_test_id(f"thread-{ts}").click()

    async def _shot(self, name: str) -> None:
        await self.desk.shot(f"{name}-{self.tale.lang}")
