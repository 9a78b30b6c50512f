"""Every statement has an index that fits it, and is one that PostgreSQL takes too."""

import importlib
import pkgutil
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy.dialects.postgresql import asyncpg

import storage
from chatops.ports import TicketFilter
from chatops.ticket import Status
from storage import lists, search
from storage.migrate import upgrade
from storage.statement import Statement
from tests.scenes import NOW

#: Tables that are small whatever happens: a row a person (forgotten ones too), an account, an app.yaml.
SMALL = {"account_state", "agent", "identity", "alembic_version", "process", "forgotten", "trouble"}
SMALL |= {"edition"}
#: Some hundred rows a day, and read through by the command alone that compares them with the log.
SMALL |= {"daily"}
SMALL |= {"CONSTANT"}  # no table at all

#: Partial indexes that hold only the work at hand: what is due, unresolved, unread, open or failed.
AT_HAND = {"ix_delivery_take", "ix_delivery_lane", "ix_delivery_failed"}
AT_HAND |= {"ix_raw_body_waiting", "ix_ticket_live", "ix_clock_owed"}

#: As few as bursts in rooms, and read through by forgetting alone.
AT_HAND |= {"uq_delivery_burst"}

#: The full-text index by a row's number, and by words from a number on.
AT_HAND |= {"VIRTUAL TABLE INDEX 0:=", "VIRTUAL TABLE INDEX 192:M1<"}


def every_statement() -> dict[str, Statement]:
    """Collect the statements of all modules, and those that are made for a filter."""
    found: dict[str, Statement] = {}
    for info in pkgutil.walk_packages(storage.__path__, "storage."):
        if info.name.startswith("storage.migrat"):
            continue
        module = info.name.removeprefix("storage.")
        for name, value in vars(importlib.import_module(info.name)).items():
            for key, each in value.items() if isinstance(value, dict) else [("", value)]:
                if isinstance(each, Statement):
                    found[f"{module}.{name}{key}"] = each
    filters = {
        **{str(status): TicketFilter(["a", "b"], status=status) for status in (None, *Status)},
        "every": TicketFilter(["a"], assignee=1, unclaimed=True, escalated=True, unread_by=1),
        "mine": TicketFilter(["a", "b"], assignee=1),
        "late": TicketFilter(["a", "b"], late_at=NOW),
        "tagged": TicketFilter(["a", "b"], tag="refund"),
        "quiet": TicketFilter(["a", "b"], quiet=True),
        "customers": TicketFilter(["a", "b"], customers=[1, 2]),
        "customers, quiet": TicketFilter(["a", "b"], customers=[1, 2], quiet=True),
        "customers, closed": TicketFilter(["a", "b"], customers=[1, 2], status=Status.CLOSED),
    }
    for name, wanted in filters.items():
        made = lists._statements(lists._shape(wanted))
        found |= {
            f"lists.{part} {name}": getattr(made, part) for part in ("page", "by_id", "count")
        }
    by_name, *by_words = search._statements(2)
    found |= {f"search.by_words {number}": each for number, each in enumerate(by_words)}
    return found | {"search.by_name": by_name}


STATEMENTS = every_statement()


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> sqlite3.Connection:
    path: Path = tmp_path_factory.mktemp("plans") / "care.db"
    upgrade(f"sqlite:///{path}")
    return sqlite3.connect(path)


def plan_of(db: sqlite3.Connection, name: str) -> list[str]:
    text, ordered = STATEMENTS[name].sqlite
    _, names = STATEMENTS[name].text(storage.statement._SQLITE)
    params = ordered(dict.fromkeys(names))
    return [row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {text}", params)]


def test_they_are_all_here() -> None:
    assert len(STATEMENTS) > 80


@pytest.mark.parametrize("name", STATEMENTS)
def test_no_statement_reads_a_whole_table(db: sqlite3.Connection, name: str) -> None:
    plan = plan_of(db, name)
    for step in plan:
        if step.startswith("SCAN") and not any(index in step for index in AT_HAND):
            scanned = step.split()[1]
            own = {f"{made} {scanned}" for made in ("CO-ROUTINE", "MATERIALIZE")}
            assert scanned in SMALL or not own.isdisjoint(plan), plan


@pytest.mark.parametrize(
    ("name", "index"),
    {
        "taking._NEXT(True, True)": "ix_delivery_take",
        "backlog._NEXT_DUE": "ix_delivery_due",
        "backlog._DUE": "ix_delivery_due",
        "backlog._LINE_OF": "ix_delivery_ticket",
        "bursts._CROWDING": "uq_burst_live",
        "bursts._COUNTS": "COVERING INDEX ix_ticket_burst",
        "bursts._GO_ON": "uq_burst_live",
        "once._TO_ALERT": "ix_clock_alert",
        "alerts._NEWEST": "ix_delivery_alert (to=?)",
        "alerts._WAITING": "ix_delivery_lane (lane=?)",
        "once._TO_CLIMB": "ix_ticket_chain",
        "once._TO_WAKE": "ix_ticket_wake",
        "once._LEFT_OPEN": "ix_ticket_writing",
        "once._TO_LOOK_AFTER": "ix_ticket_look",
        "once._LOOKS_AFTER": "ix_ticket_look (look_at>?)",
        "once._TO_CLOSE_WINDOWS": "ix_ticket_window",
        "invitations._INVITATIONS": "ix_clock_invited",
        "figures._FIRST_OPENED": "COVERING INDEX ix_ticket_opened",
        "figures._NEW": "ix_ticket_opened",
        "figures._RESPONSES": "ix_clock_stopped",
        "figures._WAITING": "ix_clock_running",
        "figures._CLOSES": "ix_entry_closes",
        "figures._QUIET": "ix_ticket_opened",
        "figures._REPEATED": "ix_entry_repeated",
        "measures._RESPONSES": "ix_clock_stopped",
        "measures._CLOSES": "ix_entry_closes",
        "measures._BREACHED": "ix_clock_breached",
        "measures._KEPT": "ix_clock_stopped",
        "unclosed._LIVE": "ix_ticket_status (status=?)",
        "unclosed._GONE": "ix_ticket_closed",
        "unclosed._LOG": "ix_entry_ticket",
        "unclosed._OWED": "ix_clock_running",
        "reaching._REACHED": "ix_ticket_opened",
        "measures._BEFORE": "ix_entry_closes",
        "handling._HANDLED": "COVERING INDEX ix_entry_handled",
        "handling._HANDLED_BY": "COVERING INDEX ix_entry_handled",
        "handling._REPLIES": "ix_entry_handled",
        "handling._CANNED": "ix_entry_handled",
        "handling._ESCALATED": "ix_entry_escalated",
        "handling._UNANSWERED": "ix_clock_running",
        "levels._LIVE": "ix_ticket_status (status=?)",
        "levels._GONE": "ix_ticket_closed",
        "levels._BACK": "ix_entry_closes",
        "measures._WRITTEN": "ix_clock_stopped",
        "behind._STATEMENTSnew": "ix_ticket_opened",
        "behind._STATEMENTSquiet": "ix_ticket_opened",
        "behind._STATEMENTShandled": "COVERING INDEX ix_entry_handled",
        "behind._STATEMENTSwaiting": "ix_clock_running",
        "behind._STATEMENTSunanswered": "ix_clock_running",
        "behind._STATEMENTSlate": "ix_clock_breached",
        "behind._KEPT": "ix_clock_stopped",
        "behind._STATEMENTSrepeated": "ix_entry_repeated",
        "splits._OPENED": "ix_ticket_opened",
        "splits._CLOSED": "ix_entry_closes",
        "splits._ANSWERED": "ix_clock_stopped",
        "splits._WAITING": "ix_clock_running",
        "digests._STILL_LATE": "ix_clock_running",
        "digests._TOLD": "ix_clock_breached (breached_at>? AND breached_at<?)",
        "digests._BREACHES": "ix_clock_breached",
        "digests._THANKS": "ix_entry_thanks",
        "lists.page None": "ix_ticket_live (status=? AND queue=?)",
        "lists.page open": "COVERING INDEX ix_ticket_live (status=? AND queue=?)",
        "lists.count open": "COVERING INDEX ix_ticket_live (status=? AND queue=?)",
        "lists.page every": "ix_ticket_live (status=? AND queue=? AND assignee=?)",
        "lists.page mine": "ix_ticket_live (status=? AND queue=? AND assignee=?)",
        "lists.page late": "ix_ticket_live (status=? AND queue=?)",
        "lists.count late": "ix_ticket_live (status=? AND queue=?)",
        "lists.page tagged": "ix_ticket_live (status=? AND queue=?)",
        "lists.count tagged": "ix_ticket_live (status=? AND queue=?)",
        "lists.page closed": "ix_ticket_status (status=? AND queue=?)",
        "lists.page quiet": "ix_ticket_quiet (queue=?)",
        "lists.page customers": "ix_ticket_customer",
        "lists.page customers, closed": "ix_ticket_customer",
        "lists.page customers, quiet": "ix_ticket_customer",
        "lists.by_id every": "ix_ticket_live (status=? AND queue=? AND assignee=?)",
        "arrivals._LOWEST": "COVERING INDEX ix_ticket_opened",
        "arrivals._PAGE": "INTEGER PRIMARY KEY (rowid>?)",
        "conversations._DIVERT": "ix_conversation_ticket",
        "customers._INVITED": "ix_ticket_invited",
        "customers._ALIKE": "ix_ticket_customer",
        "customers._WAITING_FOR": "ix_ticket_customer",
        "customers._CONSENTED": "(one=?)",
        "messages._SAID_TO": "ix_conversation_customer",
        "messages._SAID_UNDER": "(account=? AND thread_key=?)",
        "people._CODE_OF": "(digest=?)",
        "search.by_name": "ix_ticket_customer",
        "sums._SUMS": "(day>? AND day<?)",
        "watermark._CHANGED": "ix_entry_ticket (ticket=?",
        "watermark._OF_TICKETS": "ix_entry_ticket (ticket>? AND ticket<?",
        "rollup._REACHED": "INTEGER PRIMARY KEY (rowid>? AND rowid<?)",
    }.items(),
)
def test_what_runs_often_leads_by_its_own_index(
    db: sqlite3.Connection, name: str, index: str
) -> None:
    """A search may still be a long one: by a queue alone it would read years of tickets."""
    searches = [step for step in plan_of(db, name) if step.startswith("SEARCH")]
    assert index in searches[0]


def test_what_ran_out_with_no_tick_since_leads_by_its_own_index(db: sqlite3.Connection) -> None:
    searches = [step for step in plan_of(db, "digests._BREACHES") if step.startswith("SEARCH")]
    assert [step for step in searches if "ix_clock_due (due_at>? AND due_at<?)" in step]


def test_who_picks_up_is_found_by_the_tickets_that_were_answered(db: sqlite3.Connection) -> None:
    plan = plan_of(db, "handling._TURNS")
    assert any("ix_entry_handled (at>? AND at<?)" in step for step in plan)
    assert any("entry USING INDEX ix_entry_ticket (ticket=?)" in step for step in plan)


def test_a_list_is_ordered_by_the_running_clocks_alone(db: sqlite3.Connection) -> None:
    assert any("COVERING INDEX ix_clock_owed" in step for step in plan_of(db, "lists.page open"))


@pytest.mark.parametrize("name", STATEMENTS)
def test_postgresql_has_a_text_for_it(name: str) -> None:
    text, names = STATEMENTS[name].text(asyncpg.dialect())  # type: ignore[no-untyped-call]
    assert text
    assert f"${len(names) + 1}" not in text
