"""customer, consent and withdraw."""

from dataclasses import replace

import pytest

from chatops.call import Answer, Done
from chatops.card import Form, TextBox
from chatops.channel import Author, Traits
from chatops.event import Consented, ConsentWithdrawn, Kind, Noted
from chatops.meant import help_line
from chatops.policy import Account
from chatops.text import Summons, text
from chatops.ticket import Refusal
from tests.commands.conftest import Team, beside, in_words
from tests.scenes import NOW, TRAITS


@pytest.fixture
async def two(team: Team) -> Team:
    """A team with two channels, on which a Jo wrote: tickets 1 (on X) and 2 (on Chirp)."""
    chirp: Traits = replace(TRAITS, name="chirp", title="Chirp")
    team.desk.traits = {"x": TRAITS, "chirp": chirp}
    accounts = {"chirpy": Account("chirpy", "chirp", "japan", "ja", "aozora")}
    policy = team.desk.policy
    team.desk.policy = replace(policy, accounts={**policy.accounts, **accounts})
    await team.wrote("Jo", "My parcel is not here", author=Author("900", "jo_walks", "Jo", 1200))
    await team.wrote("Jo at Chirp", "Still no parcel", account="chirpy")
    return team


@pytest.mark.anyio
async def test_it_shows_the_person_and_their_tickets(team: Team) -> None:
    jo = Author("900", "jo_walks", "Jo", 1200)
    await team.wrote("Jo", "The first", author=jo)
    await team.ask("aoi", "close", "1 resolved")
    await team.wrote("Jo", "The second", author=jo, thread_key="another")
    await team.wrote("Kim", "Not Jo’s")
    assert await team.shown("aoi", "customer", "2") == (
        "Jo\n"
        "Handle: @jo_walks on X\n"
        "Followers: 1,200\n"
        "Tickets: 1 open, 0 snoozed, 1 closed, 0 on the quiet list\n"
        "Known on this channel only. If the customer agrees, /care consent #2 with another ticket’s "
        "number links the two profiles.\n"
        "#2 · X mention · Open · Thu 1 Oct 15:30\n"
        "> The second\n"
        "#1 · X mention · Closed: resolved · Thu 1 Oct 15:30\n"
        "> The first"
    )
    answer = await team.ask("aoi", "お客様", "2")
    assert isinstance(answer, Answer)
    assert [(b.command, b.ticket) for b in beside(answer.card)] == [("show", 2), ("show", 1)]


@pytest.mark.anyio
async def test_more_tickets_than_fit_are_counted(team: Team) -> None:
    for number in range(12):
        await team.wrote("Jo", f"No. {number}", thread_key=f"thread {number}")
    said = (await team.shown("aoi", "customer", "1")).splitlines()
    assert "12 open" in said[2]
    assert said[-1] == "And 2 more. “search @handle” finds them."


@pytest.mark.anyio
async def test_of_queues_that_one_may_not_see_there_is_not_even_a_number(two: Team) -> None:
    policy = two.desk.policy
    accounts = {name: replace(a, queue="global") for name, a in policy.accounts.items()}
    two.desk.policy = replace(policy, accounts=accounts)
    await two.wrote(
        "Jo", "In the other queue", author=Author("900", "jo_walks", "Jo"), thread_key="global"
    )
    assert "1 open, 0 snoozed" in await two.shown("aoi", "customer", "1")
    assert "2 open, 0 snoozed" in await two.shown("maya", "customer", "1")
    assert await two.ask("gus", "customer", "1") == Refusal(text("unknown-ticket", ticket=1))
    assert await two.ask("aoi", "customer", "99") == Refusal(text("unknown-ticket", ticket=99))
    assert await two.ask("aoi", "customer") == Refusal(
        text("which-ticket", line=help_line("customer", Summons("care")))
    )


@pytest.mark.anyio
async def test_private_tickets_are_told_to_the_log(team: Team) -> None:
    await team.wrote("Jo", "Between us", kind=Kind.DM, private=True)
    answer = await team.ask("aoi", "customer", ticket=1)
    assert isinstance(answer, Answer)
    assert answer.private == (1,)


@pytest.mark.anyio
async def test_profiles_are_one_person_only_with_consent(two: Team) -> None:
    assert "The same person" not in await two.shown("aoi", "customer", "1")
    done = await two.ask("aoi", "consent", "1 2 She said so by phone")
    assert done == Done(text("done-consent", ticket=1))
    for ticket, other in ((1, "@jo at chirp on Chirp"), (2, "@jo_walks on X")):
        said = await two.shown("aoi", "customer", str(ticket))
        assert (
            f"The same person: {other} (consent recorded by 伊藤 葵, Thu 1 Oct 15:30)"
            in said.splitlines()
        )
        assert "2 open" in said
        record = await two.storage.reader.record(ticket)
        assert record is not None
        assert record.lines[-1].text == "She said so by phone"


@pytest.mark.anyio
async def test_profile_of_queues_that_one_may_not_see_is_not_shown(two: Team) -> None:
    await two.ask("aoi", "consent", "1 2 ok")
    await two.ask("maya", "move", "2 global")
    said = await two.shown("aoi", "customer", "1")
    assert "The same person" not in said
    assert "1 open" in said
    assert "The same person: @jo at chirp on Chirp" in await two.shown("maya", "customer", "1")


@pytest.mark.anyio
async def test_consent_stands_in_both_logs(two: Team) -> None:
    await two.ask("aoi", "consent", "1 2 ok")
    for ticket in (1, 2):
        events = [entry.event for entry in await two.storage.reader.entries(ticket)]
        assert [type(event) for event in events[-2:]] == [Noted, Consented]


@pytest.mark.anyio
async def test_consent_can_be_withdrawn(two: Team) -> None:
    await two.ask("aoi", "consent", "1 2")
    done = await two.ask("aoi", "withdraw", "2 By mail")
    assert done == Done(text("done-withdraw", ticket=2))
    for ticket in (1, 2):
        assert "The same person" not in await two.shown("aoi", "customer", str(ticket))
    entries = await two.storage.reader.entries(2)
    assert isinstance(entries[-1].event, ConsentWithdrawn)
    await two.ask("aoi", "withdraw", "2")  # nothing is linked: nothing changes
    profiles = await two.storage.reader.profiles(2)
    assert len(profiles) == 1


@pytest.mark.anyio
async def test_consent_needs_two_customers_that_one_may_work_with(two: Team) -> None:
    await two.wrote("Jo", "Again", author=Author("900", "jo_walks", "Jo"), thread_key="more")
    same = Refusal(text("consent-same-customer", ticket=1, other=3), "other")
    assert await two.ask("aoi", "consent", "1 3") == same
    unknown = Refusal(text("unknown-ticket", ticket=99), field="other")
    assert await two.ask("aoi", "consent", "1 99") == unknown
    may_not = Refusal(text("not-allowed", role=text("role-agent"), queue="japan"))
    assert await two.ask("ken", "consent", "1 2") == may_not


@pytest.mark.anyio
async def test_without_the_other_ticket_a_form_asks_for_it(two: Team) -> None:
    form = await two.ask("aoi", "consent", "1")
    assert isinstance(form, Form)
    assert [part.name for part in form.parts if isinstance(part, TextBox)] == ["other", "words"]
    fields = {"other": "＃2", "words": "By phone"}
    done = await two.ask("aoi", "consent", ticket=1, fields=fields)
    assert isinstance(done, Done)
    assert in_words((await two.ask("aoi", "customer", "1")).card).count("The same person") == 1  # type: ignore[union-attr]


@pytest.mark.anyio
async def test_customer_without_a_channel_any_more_is_shown_by_its_name(two: Team) -> None:
    two.desk.traits = {}
    two.clock.now = NOW
    assert "Handle: @jo at chirp on chirp" in await two.shown("aoi", "customer", "2")
