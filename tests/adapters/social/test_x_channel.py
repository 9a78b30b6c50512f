"""What X's channel does beyond the contract: refusals by name, look-ups, completing, `doctor`."""

from dataclasses import replace
from datetime import timedelta

import pytest
from aiohttp import web
from social.x_case import MENTION, OWN, x_open

from adapters.sandbox.loopback import serving
from adapters.social.x.subscriptions import EVENT_TYPES, subscribe
from chatops.channel import Author, Finding, Message
from chatops.errors import InDoubt, Rejected, TryLater
from chatops.event import Deed, Kind

pytestmark = pytest.mark.anyio


def codes_of_lack(findings: list[Finding]) -> list[str]:
    return [finding.what for finding in findings if not finding.ok]


async def refusal(peer, outgoing) -> Rejected:
    with pytest.raises(Rejected) as caught:
        await peer.channel.send(outgoing)
    assert caught.value.said is not None
    assert caught.value.said.id == f"rejected-{caught.value.code}"
    return caught.value


async def test_a_reply_names_the_post_and_its_address():
    async with x_open() as peer:
        mika = peer.cloud.hands.person("mika_climbs")
        asked = peer.cloud.hands.write(mika, "hello?")
        sent = await peer.channel.send(peer.outgoing(asked.id, "Hello!", person=mika.id))
        post = peer.cloud.world.posts[sent.external_id]
        assert (post.reply_to, post.shown) == (asked.id, "Hello!")
        assert sent.url == f"https://x.com/aozora_outdoor/status/{post.id}"
        assert abs(sent.at.timestamp() - post.at) < 1


async def test_a_message_names_its_conversation():
    async with x_open() as peer:
        mika = peer.cloud.hands.person("mika_climbs")
        sent = await peer.channel.send(peer.outgoing("", "Hello!", person=mika.id, private=True))
        message = peer.cloud.world.messages[sent.external_id]
        assert sent.url == f"https://x.com/messages/{message.conversation_id}"


async def test_a_reply_under_our_post_is_hidden_and_shown_again():
    async with x_open() as peer:
        hands, posts = peer.cloud.hands, peer.cloud.world.posts
        ours = hands.brand_writes("New tents!")
        rude = hands.write(hands.person("mika_climbs"), "rubbish", "reply", ours.id)
        await peer.channel.do(Deed.HIDE, rude.id)
        assert posts[rude.id].hidden
        await peer.channel.do(Deed.UNHIDE, rude.id)
        assert not posts[rude.id].hidden


async def test_a_post_elsewhere_cannot_be_hidden():
    async with x_open() as peer:
        asked = peer.cloud.hands.write(peer.cloud.hands.person("mika_climbs"), "hello?")
        with pytest.raises(Rejected) as caught:
            await peer.channel.do(Deed.HIDE, asked.id)
        assert caught.value.code == "forbidden"


async def test_a_post_of_ours_is_deleted_however_often_it_is_asked():
    async with x_open() as peer:
        ours = peer.cloud.hands.brand_writes("New tents!")
        await peer.channel.do(Deed.DELETE, ours.id)
        await peer.channel.do(Deed.DELETE, ours.id)
        assert peer.cloud.world.posts[ours.id].deleted


async def test_refusals_have_names():
    async with x_open() as peer:
        hands = peer.cloud.hands
        mika = hands.person("mika_climbs")
        ken = hands.person("ken_walks", takes_messages=False)
        asked, gone = hands.write(mika, "hello?"), hands.write(mika, "never mind")
        stray = peer.cloud.world.write(mika, "no handle here", peer.clock.now.timestamp())
        hands.delete(gone.id)
        say = peer.outgoing
        assert (await refusal(peer, say(gone.id, "Hi", person=mika.id))).code == "post-gone"
        assert (await refusal(peer, say(stray.id, "Hi", person=mika.id))).code == "not-summoned"
        assert (await refusal(peer, say(asked.id, "あ" * 141, person=mika.id))).code == "too-long"
        assert (await refusal(peer, say("", "Hi", person=ken.id, private=True))).code == "dm-closed"
        await peer.channel.send(say(asked.id, "Hi", person=mika.id))
        assert (await refusal(peer, say(asked.id, "Hi", person=mika.id))).code == "duplicate"
        assert (await refusal(peer, say(asked.id, " ", person=mika.id))).code == "refused"


async def test_a_missing_permission_is_named():
    async with x_open() as peer:
        access, refresh = peer.cloud.grants.issue("tweet.read", "users.read")
        ends = (peer.clock.now + timedelta(hours=1)).isoformat()
        tokens = {"access": access, "refresh": refresh, "ends_at": ends}
        await peer.vault.save_tokens("aozora", tokens)
        mika = peer.cloud.hands.person("mika_climbs")
        asked = peer.cloud.hands.write(mika, "hello?")
        assert (
            await refusal(peer, peer.outgoing(asked.id, "Hi", person=mika.id))
        ).code == "forbidden"


async def test_the_real_window_of_a_rate_limit_is_waited_for():
    async with x_open() as peer:
        mika = peer.cloud.hands.person("mika_climbs")
        asked = peer.cloud.hands.write(mika, "hello?")
        peer.cloud.meter.spend("create_post_user", OWN, 100)
        with pytest.raises(TryLater) as caught:
            await peer.channel.send(peer.outgoing(asked.id, "Hi", person=mika.id))
        assert caught.value.seconds == pytest.approx(15 * 60, abs=5)


async def test_a_reply_is_found_whatever_x_made_of_its_links():
    async with x_open() as peer:
        mika = peer.cloud.hands.person("mika_climbs")
        asked, other = (peer.cloud.hands.write(mika, text) for text in ("hello?", "and this?"))
        outgoing = peer.outgoing(asked.id, "See example.com/a?b=1&c=2 ,ok", person=mika.id)
        before = peer.clock.now - timedelta(minutes=2)
        assert await peer.channel.find(outgoing, before) is None
        sent = await peer.channel.send(outgoing)
        assert await peer.channel.find(outgoing, before) == sent
        elsewhere = replace(outgoing, in_reply_to=other.id)
        assert await peer.channel.find(elsewhere, before) is None
        perhaps = replace(elsewhere, perhaps_to=(asked.id, other.id))
        assert await peer.channel.find(perhaps, before) == sent
        assert await peer.channel.find(outgoing, sent.at + timedelta(seconds=1)) is None


async def test_a_reply_is_found_behind_a_hundred_others():
    async with x_open() as peer:
        mika = peer.cloud.hands.person("mika_climbs")
        asked = peer.cloud.hands.write(mika, "hello?")
        outgoing = peer.outgoing(asked.id, "Hello!", person=mika.id)
        sent = await peer.channel.send(outgoing)
        for n in range(120):
            peer.cloud.hands.brand_writes(f"number {n}")
        assert await peer.channel.find(outgoing, peer.clock.now - timedelta(minutes=2)) == sent


async def test_a_direct_message_is_found_behind_a_hundred_others():
    async with x_open() as peer:
        mika = peer.cloud.hands.person("mika_climbs")
        peer.cloud.hands.message(mika, "hello?")
        outgoing = peer.outgoing("", "Hello!", person=mika.id, private=True)
        sent = await peer.channel.send(outgoing)
        for n in range(120):
            peer.cloud.hands.message(mika, f"number {n}")
        since = peer.clock.now - timedelta(minutes=2)
        assert await peer.channel.find(outgoing, since) == sent
        assert await peer.channel.find(replace(outgoing, text="Other"), since) is None
        assert await peer.channel.find(outgoing, sent.at + timedelta(minutes=1)) is None


@pytest.mark.parametrize(
    ("kind", "what"), [("429", TryLater), ("500", InDoubt), ("reset", InDoubt)]
)
async def test_a_look_up_that_fails_leaves_the_doubt(kind, what):
    async with x_open() as peer:
        mika = peer.cloud.hands.person("mika_climbs")
        asked = peer.cloud.hands.write(mika, "hello?")
        peer.fault(kind, "GET")
        with pytest.raises(what):
            await peer.channel.find(peer.outgoing(asked.id, "Hi", person=mika.id), peer.clock.now)


async def test_a_bare_reply_is_completed_in_one_call():
    async with x_open() as peer:
        mika = peer.cloud.hands.person("mika_climbs", name="Mika", followers=97)
        ours = peer.cloud.hands.brand_writes("New: the Kita tent")
        reply = peer.cloud.hands.write(mika, "how much?", "reply", ours.id)
        bare = replace(
            MENTION,
            external_id=reply.id,
            author=Author(mika.id, "", ""),
            kind=Kind.REPLY,
            parent=ours.id,
            url=f"https://x.com/i/status/{reply.id}",
        )
        assert await peer.channel.complete(bare) == replace(
            bare,
            author=Author(mika.id, "mika_climbs", "Mika", 97),
            parent_text="New: the Kita tent",
            url=f"https://x.com/mika_climbs/status/{reply.id}",
        )
        assert len(peer.cloud.meter.calls) == 1


async def test_a_parent_of_somebody_elses_is_not_shown_as_ours():
    async with x_open() as peer:
        mika = peer.cloud.hands.person("mika_climbs")
        theirs = peer.cloud.hands.write(mika, "look at this")
        quote = replace(MENTION, kind=Kind.QUOTE, parent=theirs.id)
        assert await peer.channel.complete(quote) == quote


async def test_what_is_whole_costs_no_call():
    async with x_open() as peer:
        assert await peer.channel.complete(MENTION) == MENTION
        assert peer.cloud.meter.calls == []


async def test_a_message_without_a_name_stays_without_where_x_tells_none():
    async with x_open() as peer:
        dm = Message(
            "aozora", "1", f"{OWN}-8", Author("8", "", ""), "hi", MENTION.at, Kind.DM, private=True
        )
        assert await peer.channel.complete(dm) == dm


async def test_doctor_is_content_with_a_healthy_account():
    async with x_open() as peer:
        for event_type in EVENT_TYPES:
            await subscribe(peer.channel._api, event_type, OWN, None)
        await peer.vault.heard("aozora", peer.clock.now)
        findings = await peer.channel.diagnose()
        assert codes_of_lack(findings) == []
        assert len(findings) == 6


async def test_doctor_names_what_is_wrong():
    async with x_open(webhook_url="http://127.0.0.1:1/in/x/aozora") as peer:
        state = await peer.vault.state("aozora")
        await peer.vault.save_tokens("aozora", {**state.tokens, "scope": "tweet.read"})
        peer.clock.now += timedelta(minutes=3)
        lacks = codes_of_lack(await peer.channel.diagnose())
        assert [what.split(":")[0].rstrip("0123456789 s") for what in lacks] == [
            "our clock differs by",
            "permissions missing",
            "subscriptions missing",
            "webhook absent",
            "the stream gave its last sign never",
        ]


async def test_doctor_says_that_nobody_connected_the_account():
    async with x_open(connected=False) as peer:
        _, last = await peer.channel.diagnose()
        assert not last.ok
        assert "connect x" in last.remedy


async def test_an_answer_that_is_no_json_leaves_a_write_in_doubt():
    async def page(_request: web.Request) -> web.Response:
        return web.Response(text="<html>", content_type="text/html")

    app = web.Application()
    app.add_routes([web.route("*", "/{any:.*}", page)])
    async with serving(app) as base, x_open(api=base) as peer:
        with pytest.raises(InDoubt):
            await peer.channel.send(peer.outgoing("1", "Hi", person="8002"))
        with pytest.raises(InDoubt):
            await peer.channel.find(peer.outgoing("1", "Hi", person="8002"), peer.clock.now)


async def test_a_redirect_is_not_followed_with_our_token():
    async def elsewhere(_request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"location": "https://example.com/"})

    app = web.Application()
    app.add_routes([web.route("*", "/{any:.*}", elsewhere)])
    async with serving(app) as base, x_open(api=base) as peer:
        caught = await refusal(peer, peer.outgoing("1", "Hi", person="8002"))
        assert caught.code == "redirect"
