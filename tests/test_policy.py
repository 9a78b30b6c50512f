"""What holds for tickets of queues and accounts that app.yaml no longer has."""

from dataclasses import replace

from chatops.policy import Account, Room
from tests.scenes import OTHER_QUEUE, POLICY, QUEUE, policy

MOVED = Account("kumo", "x", "global", "ja", "kumo_jp")


def test_ticket_of_a_queue_that_is_gone_goes_to_its_account_s_queue() -> None:
    moved = policy(accounts={"kumo": MOVED})
    assert moved.queue_of("japan", "kumo") == QUEUE
    assert moved.queue_of("osaka", "kumo") == OTHER_QUEUE


def test_ticket_whose_queue_and_account_are_gone_goes_to_the_first_queue() -> None:
    assert POLICY.queue_of("osaka", "kumo") == QUEUE


def test_account_that_is_gone_is_known_by_its_name() -> None:
    assert policy(accounts={"kumo": MOVED}).account_of("kumo", "x", "japan") == MOVED
    assert POLICY.account_of("kumo", "x", "japan") == Account("kumo", "x", "japan", "en", "kumo")


def test_queues_at_a_room_are_those_that_show_anything_there() -> None:
    assert POLICY.queues_at("care-japan") == [QUEUE]
    assert POLICY.queues_at("care-second") == [QUEUE, OTHER_QUEUE], "one escalates to it"
    assert POLICY.queues_at("care-leads") == [QUEUE, OTHER_QUEUE], "no queue names it"


def test_queue_spans_chats_if_its_rooms_do() -> None:
    hall = Room("hall", "teams", "19:hall@thread.tacv2", "en", "Asia/Tokyo")
    both = policy(rooms={**POLICY.rooms, "hall": hall})
    assert both.spans_chats(replace(QUEUE, rooms=("care-japan", "hall")))
    assert not both.spans_chats(replace(QUEUE, rooms=("care-japan", "care-second")))


def test_room_and_person_that_nobody_named_are_nobody_s() -> None:
    room = POLICY.rooms["care-japan"]
    assert POLICY.room_by_id("slack", room.id) == room
    assert POLICY.room_by_id("teams", room.id) is None
    assert POLICY.person_by_identity("slack", "U0NOBODY") is None
