"""X's stand-in searches as X does: its query language, its pages, and what it refuses."""

import httpx
import pytest
from x_sandbox import Sandbox, anyio_backend, sandbox  # noqa: F401

from adapters.sandbox.x.meter import PRICES
from adapters.sandbox.x.shapes import iso

pytestmark = pytest.mark.anyio


async def _search(s: Sandbox, query: str, **more: str) -> httpx.Response:
    asked = {"query": query, **more}
    return await s.http.get("/2/tweets/search/recent", params=asked, headers=s.user)


async def _found(s: Sandbox, query: str, **more: str) -> list[str]:
    answer = await _search(s, query, **more)
    assert answer.status_code == 200, answer.text
    return [post["id"] for post in answer.json().get("data", [])]


def _write(s: Sandbox, text: str, handle: str = "mika") -> str:
    return s.cloud.hands.write(s.cloud.hands.person(handle), text, "post").id


async def test_hashtags_are_found_whole_and_in_any_case() -> None:
    async with sandbox() as s:
        wanted = [
            _write(s, text) for text in ("My #Aozora tent", "#aozora!", "テント ＃AOZORA 良い")
        ]
        for text in ("#aozoratent", "aozora", "テント#aozora", "&#aozora", "#2024"):
            _write(s, text)
        assert sorted(await _found(s, "#aozora")) == sorted(wanted)


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("#a", {"#a", "#a #b", "@ren #a"}),
        ("#a #b", {"#a #b"}),
        ("#a OR #c", {"#a", "#a #b", "@ren #a", "#c"}),
        ("(#a OR #c) -#b", {"#a", "@ren #a", "#c"}),
        ("#c OR #a #b", {"#a #b", "#c"}),
        ("#a -(#b OR @ren)", {"#a"}),
        ("#a -from:mika", {"@ren #a"}),
        ("from:@ren", {"@ren #a"}),
        ("@ren", {"@ren #a"}),
        ("#a is:reply", set()),
        ("#a -is:quote -is:retweet", {"#a", "#a #b", "@ren #a"}),
        ("word", {"a Word"}),
    ],
)
async def test_clauses_join_deny_and_group(query: str, wanted: set[str]) -> None:
    async with sandbox() as s:
        s.cloud.hands.person("ren")
        texts = {_write(s, text): text for text in ("#a", "#a #b", "#c", "a Word")}
        texts[_write(s, "@ren #a", "ren")] = "@ren #a"
        assert {texts[id] for id in await _found(s, query)} == wanted


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("", "can not be empty"),
        ("(#a OR #b", "missing closing parenthesis (at position 10)"),
        ("#a)", "no viable alternative (at position 3)"),
        ("#a OR", "a clause is missing (at position 6)"),
        ("()", "a clause is missing (at position 2)"),
        ("#a and #b", "Ambiguous use of and as a keyword (at position 4)"),
        ("#a lang:", "no viable alternative at 'lang:'"),
        ("#a -", "no viable alternative at ''"),
        ("#2024", "'#2024' is no hashtag"),
        ("#a-b", "'#a-b' is no hashtag"),
    ],
)
async def test_a_query_that_cannot_be_read_is_refused_with_its_place(query: str, says: str) -> None:
    async with sandbox() as s:
        answer = await _search(s, query)
        assert answer.status_code == 400
        assert answer.json()["title"] == "Invalid Request"
        assert says in answer.json()["errors"][0]["message"]


async def test_pages_go_from_the_newest_back_to_the_place() -> None:
    async with sandbox() as s:
        ids = [_write(s, f"#aozora {n}") for n in range(25)]
        first = (await _search(s, "#aozora", since_id=ids[0], max_results="10")).json()
        assert first["meta"]["newest_id"] == ids[-1]
        found = [post["id"] for post in first["data"]]
        page = first
        while token := page["meta"].get("next_token"):
            more = {"since_id": ids[0], "max_results": "10", "next_token": token}
            page = (await _search(s, "#aozora", **more)).json()
            found += [post["id"] for post in page["data"]]
        assert found == ids[:0:-1]


async def test_nothing_found_is_an_answer_without_data_and_free() -> None:
    async with sandbox() as s:
        answer = await _search(s, "#aozora")
        assert answer.json() == {"meta": {"result_count": 0}}
        assert s.cloud.meter.calls[-1].dollars == 0
        assert answer.headers["x-rate-limit-remaining"] == "299"


async def test_each_post_found_is_charged() -> None:
    async with sandbox() as s:
        _write(s, "#aozora")
        await _found(s, "#aozora")
        assert s.cloud.meter.calls[-1].dollars == PRICES["post_read"]


@pytest.mark.parametrize("size", ["9", "101", "many"])
async def test_a_page_holds_ten_to_a_hundred(size: str) -> None:
    async with sandbox() as s:
        assert (await _search(s, "#aozora", max_results=size)).status_code == 400


async def test_seven_days_are_searched_and_no_more() -> None:
    async with sandbox() as s:
        _write(s, "#aozora old")
        await s.clock.turn(7 * 24 * 3_600 + 60)
        fresh, _ = s.cloud.grants.issue()
        s.user = {"authorization": f"Bearer {fresh}"}
        new = _write(s, "#aozora new")
        assert await _found(s, "#aozora") == [new]
        start = iso(s.clock.now() - 7 * 24 * 3_600 - 30)
        answer = await _search(s, "#aozora", start_time=start)
        assert answer.status_code == 400
        assert "'start_time' must be on or after" in answer.text


async def test_without_a_token_nothing_is_found() -> None:
    async with sandbox() as s:
        answer = await s.http.get("/2/tweets/search/recent", params={"query": "#aozora"})
        assert answer.status_code == 401


async def test_a_post_tells_its_hashtags() -> None:
    async with sandbox() as s:
        _write(s, "R&D #あおぞら")
        asked = {"tweet.fields": "entities"}
        (post,) = (await _search(s, "#あおぞら", **asked)).json()["data"]
        (tag,) = post["entities"]["hashtags"]
        assert post["text"][tag["start"] : tag["end"]] == "#あおぞら"
        assert tag["tag"] == "あおぞら"
