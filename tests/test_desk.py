"""Who may do what, once: the desk on real storage with the real commands."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from care import NOON, Care, refused
from structlog.testing import capture_logs

from chatops.call import Answer, Done, Origin
from chatops.card import Form
from chatops.errors import StorageError
from chatops.event import Claimed
from chatops.meant import help_line
from chatops.policy import Role
from chatops.scene import Agent
from chatops.text import Mention, Summons, text
from chatops.ticket import Refusal

pytestmark = [pytest.mark.anyio, pytest.mark.databases]

STRANGER = Agent(99, "sam", "Sam", None, {})


# --- who may


@pytest.mark.parametrize(
    ("who", "said"),
    [
        (STRANGER, "unknown-ticket"),
        ("kim", "unknown-ticket"),  # she works another queue: for her it is not there
        ("vic", "not-allowed"),
    ],
)
@pytest.mark.parametrize(
    ("command", "fields"),
    [
        ("claim", {}),
        ("reply", {"text": "hello"}),
        ("reply", {}),  # its form shows the customer's words
        ("note", {"text": "psst"}),
        ("close", {"reason": "spam"}),
        ("escalate", {"target": "specialists", "reason": "hot"}),
        ("snooze", {"until": "1h", "reason": "later"}),
        ("assign", {"who": "ben"}),
        ("read", {}),
    ],
)
async def test_who_may_not_is_refused_and_nothing_is_written(
    care: Care, who: str | Agent, said: str, command: str, fields: dict[str, str]
) -> None:
    ticket = await care.opens()
    before = care.everything(), await care.ticket(ticket)
    outcome = await care.does(who, command, ticket, fields=fields)
    assert refused(outcome) == said
    assert (care.everything(), await care.ticket(ticket)) == before


async def test_ticket_of_a_queue_that_is_gone_is_worked_where_it_is_shown(care: Care) -> None:
    ticket = await care.opens(account="aozora_ja")
    policy = care.desk.policy
    accounts = {name: replace(one, queue="global") for name, one in policy.accounts.items()}
    queues = {"global": policy.queues["global"]}
    await care.desk.adopt(replace(policy, queues=queues, accounts=accounts))
    assert refused(await care.does("kim", "claim", ticket)) == "unknown-ticket"
    assert isinstance(await care.does("vic", "show", ticket), Answer)
    assert refused(await care.does("vic", "move", ticket, "global")) == "not-allowed"
    await care.did("ben", "move", ticket, "global")
    assert (await care.ticket(ticket)).queue == "global"


async def test_role_is_told_by_name(care: Care) -> None:
    ticket = await care.opens()
    outcome = await care.does("vic", "claim", ticket)
    assert isinstance(outcome, Refusal)
    assert outcome.said == text("not-allowed", role=text("role-agent"), queue="global")


async def test_ticket_that_is_not_there_is_unknown(care: Care) -> None:
    assert refused(await care.does("ben", "claim", 4711)) == "unknown-ticket"
    assert refused(await care.does("ben", "reply", 4711)) == "unknown-ticket"


async def test_person_is_known_by_their_id_in_the_chat(care: Care) -> None:
    ben = await care.desk.person("slack", "U01BEN")
    assert ben is not None
    assert (ben.name, ben.roles) == ("ben", {"global": Role.AGENT, "japan": Role.AGENT})
    assert await care.desk.person("slack", "UNOBODY") is None
    assert await care.desk.person("teams", "U01BEN") is None


async def test_form_of_another_queue_is_not_made_while_typing(care: Care) -> None:
    ticket = await care.opens()
    call = care.call("kim", "reply", ticket, fields={"text": "hel"})
    assert refused(await care.desk.form(call)) == "unknown-ticket"


# --- once


async def test_same_press_twice_is_one_act(care: Care) -> None:
    ticket = await care.opens()
    for _ in range(2):
        await care.did("ben", "note", ticket, key="press-1", fields={"text": "psst"})
    assert care.sql("SELECT count(*) FROM message WHERE direction = 'note'") == [(1,)]


async def test_same_press_64_times_at_once_is_one_act(care: Care) -> None:
    ticket = await care.opens()
    given = {"key": "press-1", "fields": {"text": "psst"}}
    await asyncio.gather(*(care.did("ben", "note", ticket, **given) for _ in range(64)))
    assert care.sql("SELECT count(*) FROM message WHERE direction = 'note'") == [(1,)]


async def test_refused_press_may_be_tried_again(care: Care) -> None:
    ticket = await care.opens()
    await care.did("ben", "claim", ticket)
    await care.does("aoi", "claim", ticket, key="press-1")
    await care.did("ben", "unclaim", ticket)
    await care.did("aoi", "claim", ticket, key="press-1")
    assert (await care.ticket(ticket)).assignee == care.agents["aoi"].id


async def test_first_claim_wins_and_the_others_are_told_who(care: Care) -> None:
    ticket = await care.opens()
    names = ["ben", "aoi", "maya", "ken"]
    outcomes = await asyncio.gather(*(care.does(name, "claim", ticket) for name in names))
    winner = (await care.ticket(ticket)).assignee
    won = [outcome for outcome in outcomes if isinstance(outcome, Done)]
    lost = [outcome for outcome in outcomes if isinstance(outcome, Refusal)]
    assert (len(won), len(lost)) == (1, 3)
    told = text("already-claimed", ticket=ticket, agent=Mention(winner or 0))
    assert [refusal.said for refusal in lost] == [told] * 3
    assert [event for event in await care.log(ticket) if isinstance(event, Claimed)] == [
        Claimed(winner or 0)
    ]


# --- what is asked


async def test_missing_argument_becomes_a_form_and_a_reply_form_locks(care: Care) -> None:
    ticket = await care.opens()
    outcome = await care.does("ben", "reply", ticket)
    assert isinstance(outcome, Form)
    writer = (await care.ticket(ticket)).writer
    assert writer is not None
    assert (writer.agent, writer.until) == (care.agents["ben"].id, NOON + timedelta(minutes=10))
    await care.desk.left(care.call("ben", "reply", ticket))
    assert (await care.ticket(ticket)).writer is None


async def test_closing_a_form_ends_nobody_elses_lock(care: Care) -> None:
    ticket = await care.opens()
    await care.does("ben", "reply", ticket)
    await care.desk.left(care.call("aoi", "reply", ticket))
    await care.desk.left(care.call("aoi", "reply", 4711))
    await care.desk.left(care.call("aoi", "reply"))
    assert (await care.ticket(ticket)).writer is not None


async def test_form_without_lock_writes_no_lock(care: Care) -> None:
    ticket = await care.opens()
    assert isinstance(await care.does("ben", "assign", ticket), Form)
    assert (await care.ticket(ticket)).writer is None


async def test_form_is_made_anew_while_typing_and_writes_nothing(care: Care) -> None:
    ticket = await care.opens()
    before = care.everything()
    form = await care.desk.form(care.call("ben", "reply", ticket, fields={"text": "Dear"}))
    assert isinstance(form, Form)
    assert care.everything() == before
    assert refused(await care.desk.form(care.call("ben", "xyzzy", ticket))) == "unknown-command"


async def test_refused_argument_is_refused_before_anything_is_written(care: Care) -> None:
    ticket = await care.opens()
    before = care.everything()
    for words in ("", "  ", "x" * 501):
        outcome = await care.does("ben", "reply", ticket, fields={"text": words})
        assert isinstance(outcome, Refusal)
        assert outcome.field == "text"
    assert care.everything() == before


async def test_unknown_command_offers_the_nearest(care: Care) -> None:
    outcome = await care.does("ben", "clam")
    assert isinstance(outcome, Refusal)
    assert outcome.said == text("did-you-mean", word="clam", near="claim", prefix=Summons("care"))
    assert refused(await care.does("ben", "xyzzy")) == "unknown-command"


async def test_command_on_a_ticket_needs_to_know_which(care: Care) -> None:
    assert refused(await care.does("ben", "claim")) == "which-ticket"
    told = await care.does("ben", "macro", line="")
    assert told == Refusal(text("which-ticket", line=help_line("macro", Summons("care"))))


async def test_typed_line_names_the_ticket_and_is_told_what_it_did(care: Care) -> None:
    ticket = await care.opens()
    outcome = await care.does("ben", "claim", None, f"#{ticket}", origin=Origin.SLASH)
    assert outcome == Done(text("done-claim", ticket=ticket))


async def test_press_is_answered_by_its_card_alone(care: Care) -> None:
    ticket = await care.opens()
    assert await care.does("ben", "claim", ticket) == Done()


async def test_looking_writes_nothing(care: Care) -> None:
    await care.opens()
    before = care.everything()
    assert isinstance(await care.does("vic", "list", None, ""), Answer)
    assert isinstance(await care.does("vic", "help", None, ""), Answer)
    assert care.everything() == before


async def test_report_in_a_room_goes_out_by_the_outbox_once(care: Care) -> None:
    call = care.call("maya", "report", None, line="in room", room="care-leads")
    for _ in range(2):
        assert await care.desk.handle(call) == Done(text("posted-here"))
    assert care.due() == [("published", "care-leads", "pending")]


async def test_report_where_no_room_of_ours_is_goes_to_the_asker(care: Care) -> None:
    outcome = await care.desk.handle(care.call("maya", "report", None, line="in room", room=None))
    assert isinstance(outcome, Answer)
    assert care.due() == []


async def test_looking_at_private_tickets_is_logged_by_ids_alone(care: Care) -> None:
    private = await care.opens(private=True, thread="p", external_id="p1", text="secret words")
    public = await care.opens(thread="q", external_id="q1")
    with capture_logs() as logged:
        await care.does("maya", "list", None, "unclaimed")
        await care.does("maya", "show", None, str(private))
        await care.does("maya", "show", None, str(public))
    looked = [line for line in logged if line["event"] == "desk.looked"]
    assert [line["tickets"] for line in looked] == [(private,), (private,)]
    assert "secret" not in str(logged)


async def test_line_that_a_look_cannot_read_is_refused(care: Care) -> None:
    assert isinstance(await care.does("ben", "list", None, "sideways upwards"), Refusal)
    assert isinstance(await care.does("maya", "digest", None, ""), Refusal)


# --- shifts


async def test_shift_is_told_once(care: Care) -> None:
    said = [await care.does("ben", word) for word in ("on", "on", "off", "off")]
    names = ("now-on", "already-on", "now-off", "already-off")
    assert said == [Done(text(name)) for name in names]


async def test_who_holds_no_role_has_no_shift(care: Care) -> None:
    before = care.everything()
    assert refused(await care.does("vic", "on")) == "no-role"
    assert refused(await care.does(STRANGER, "on")) == "no-role"
    assert care.everything() == before


async def test_noted_in_a_thread_stands_there_already(care: Care) -> None:
    ticket = await care.opens()
    await care.did("ben", "escalate", ticket, fields={"target": "specialists", "reason": "hot"})
    await care.did(
        "ben", "note", ticket, fields={"text": "psst"}, origin=Origin.THREAD, room="care-global"
    )
    rows = care.sql(
        'SELECT "to" FROM delivery JOIN message ON message.id = delivery.message'
        " WHERE message.direction = 'note' AND message.text = 'psst'"
    )
    assert rows == [("care-escalation",)]


# --- the database


async def test_what_the_database_refuses_is_kept_not_even_half(care: Care) -> None:
    ticket = await care.opens()
    before = care.everything()
    await care.storage.close()
    with pytest.raises(StorageError):
        await care.does("ben", "claim", ticket)
    assert care.everything() == before
