"""Links to files: whose they are, how long they open, and that nothing else opens."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta

import orjson
from cryptography.fernet import Fernet

from chatops.file_links import MOST, PATH, VALID, Asked, FileLinks, Openings

NOW = datetime(2026, 10, 1, 6, tzinfo=UTC)
OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()
HOME = "https://care.example.com"
ASKED = Asked(
    "teams", "guid", "care", "ja", "report", {"period": "2026-10-01", "by": "by_day", "form": "csv"}
)


def token(links: FileLinks) -> str:
    link = links.link(ASKED, NOW)
    assert link is not None
    assert link.startswith(HOME + PATH)
    return link.removeprefix(HOME + PATH)


def test_link_says_nothing_of_whom_and_what_it_is_for_and_opens_for_ten_minutes() -> None:
    links = FileLinks(NEW, HOME)
    made = token(links)
    assert b"guid" not in urlsafe_b64decode(made)
    assert timedelta(minutes=10) == VALID
    for after in (timedelta(), VALID):
        assert links.asked(made, NOW + after) == ASKED
    assert links.asked(made, NOW + VALID + timedelta(seconds=1)) is None


def test_every_process_that_knows_the_key_opens_it_while_the_key_is_replaced_too() -> None:
    made = token(FileLinks(OLD, HOME))
    assert FileLinks(f"{NEW}, {OLD}", None).asked(made, NOW) == ASKED
    assert FileLinks(NEW, None).asked(made, NOW) is None


def _flipped(made: str) -> str:
    raw = bytearray(urlsafe_b64decode(made))
    raw[-1] ^= 1
    return urlsafe_b64encode(raw).decode()


def test_what_is_changed_cut_or_made_up_opens_nothing() -> None:
    links = FileLinks(NEW, HOME)
    made = token(links)
    # what the vault would have sealed under the very same key
    vault = Fernet(NEW).encrypt_at_time(orjson.dumps(asdict(ASKED)), int(NOW.timestamp())).decode()
    for odd in (_flipped(made), made[:-4], "", "x", "あ", "%00", vault, f"{made}A"):
        assert links.asked(odd, NOW) is None, odd


@dataclass(frozen=True, slots=True)
class AskedOtherwise(Asked):
    width: int = 3


def test_a_link_of_a_version_that_asks_for_more_opens_nothing() -> None:
    links = FileLinks(NEW, HOME)
    made = links.link(AskedOtherwise(**asdict(ASKED)), NOW)
    assert made is not None
    assert links.asked(made.removeprefix(HOME + PATH), NOW) is None


def test_without_a_public_address_there_is_no_link() -> None:
    assert FileLinks(NEW, None).link(ASKED, NOW) is None


def test_nobody_has_more_files_made_than_a_person_opens() -> None:
    openings, second = Openings(), timedelta(seconds=1)
    assert all(openings.take(ASKED, NOW + number * second) for number in range(MOST))
    for another in (ASKED, replace(ASKED, fields={"period": "2026-10-02"})):
        assert not openings.take(another, NOW + VALID - second), another
    assert openings.take(replace(ASKED, identity="another"), NOW)
    # the first of them counts no more
    assert openings.take(ASKED, NOW + VALID)
    assert not openings.take(ASKED, NOW + VALID)
