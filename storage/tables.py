"""The tables. Migrations make them; a test proves that both say the same.

Columns hold ids, words and small JSON texts; no rule lives here. A customer's words, name and
handle stand in `customer`, `message` and `raw_body`, in the finished cards of `delivery`, and, where
a network names its threads after people, in `conversation` and `burst`: there alone, so that a person
can be forgotten (storage.forgetting; storage.postgres lists those tables too). Times are
storage.instant. A partial index holds only the rows that its query can want (the open, the due,
the unresolved): its size follows the work at hand, not the years behind.
"""

from datetime import datetime
from typing import Final

from sqlalchemy import (
    BigInteger,
    Dialect,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.types import TypeDecorator, TypeEngine
from sqlmodel import Field, SQLModel

from chatops.ports import STANDING
from storage.instant import Instant

#: The migration that makes these tables; what `serve` compares `Reader.health().schema` with.
SCHEMA: Final = "0013"

#: States of a delivery that hold back what follows in its lane.
UNRESOLVED: Final = ("held", "pending", "sending", "in doubt")


class Id(TypeDecorator[int]):
    """A row's number: BIGINT, but INTEGER on SQLite, where only that counts up by itself."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[int]:
        return Integer() if dialect.name == "sqlite" else BigInteger()


def _partial(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    return Index(
        name, *columns, unique=unique, sqlite_where=text(where), postgresql_where=text(where)
    )


#: Deliveries that show a ticket's newest state, and are brought up to date with it.
FOLLOWS: Final = ("card", "alert", "line")

#: Deliveries that carry a finished card.
FINISHED: Final = ("published", "question")

#: Of the log: a canned reply that was sent again, over the question, as storage.codec writes it
#: (`_` is its colon, which SQLAlchemy would take for a parameter's).
REPEATED: Final = """name = 'ReplyRequested' AND body LIKE '%"repeated"_true%'"""


#: Of the log: a customer's message that is mere thanks, written likewise.
THANKS: Final = """name = 'CustomerWrote' AND body LIKE '%"thanks"_true%'"""


#: Of the log: what a person does about a ticket, whoever did it.
HANDLED: Final = "name IN ('ReplySent', 'AnsweredOutside', 'Noted', 'Closed', 'Escalated')"


#: Of the log: a ticket went to who else is to see to it.
ESCALATED: Final = "name = 'Escalated'"


#: By what deliveries of one rank are taken: updates in turn, what is posted by its id.
TAKEN_BY: Final = "CASE WHEN state = 'sent' THEN due_at ELSE 0 END"


def _in(values: tuple[str, ...]) -> str:
    return "(" + ", ".join(f"'{value}'" for value in values) + ")"


# --- people


class AgentRow(SQLModel, table=True):
    __tablename__ = "agent"
    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    name: str = Field(unique=True)  #: the key in app.yaml
    public_name: str
    language: str | None
    roles: str = Field(sa_type=Text)  #: JSON: queue -> number of the role; {} of who left
    on_shift: bool
    keeps_shifts: bool  #: has ever said on or off, or app.yaml has: off then means away


class IdentityRow(SQLModel, table=True):
    __tablename__ = "identity"
    chat: str = Field(primary_key=True)
    external_id: str = Field(primary_key=True)
    agent: int = Field(foreign_key="agent.id", sa_type=Id)
    given: bool  #: by a one-time code or an address; otherwise app.yaml names it
    email: str | None = None  #: the address by which it was linked


class CodeRow(SQLModel, table=True):
    """The one-time code of an agent, of which only the digest is kept."""

    __tablename__ = "code"
    agent: int = Field(primary_key=True, foreign_key="agent.id", sa_type=Id)
    digest: str = Field(unique=True)
    until: datetime = Field(sa_type=Instant)


class ShiftRow(SQLModel, table=True):
    """The log of who went on and off shift, and when."""

    __tablename__ = "shift"
    __table_args__ = (Index("ix_shift_at", "at"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    agent: int = Field(foreign_key="agent.id", sa_type=Id)
    at: datetime = Field(sa_type=Instant)
    on_shift: bool


class TurnRow(SQLModel, table=True):
    """Whose turn it was last in a queue's round robin."""

    __tablename__ = "turn"
    queue: str = Field(primary_key=True)
    agent: int = Field(sa_type=Id)  #: 0 before the first turn


# --- customers and tickets


class CustomerRow(SQLModel, table=True):
    __tablename__ = "customer"
    __table_args__ = (
        UniqueConstraint("channel", "external_id", name="uq_customer"),
        Index("ix_customer_handle", "handle_key"),
        Index("ix_customer_name", "name_key"),
    )
    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    channel: str
    external_id: str
    handle: str
    name: str
    followers: int | None = Field(sa_type=BigInteger)
    handle_key: str  #: the handle as chatops.tokens.name_key makes alike ones equal
    name_key: str


class ConsentRow(SQLModel, table=True):
    """Two customers who are one person, and agreed that we know it."""

    __tablename__ = "consent"
    __table_args__ = (Index("ix_consent_other", "other"),)
    one: int = Field(primary_key=True, foreign_key="customer.id", sa_type=Id)  #: the lower id
    other: int = Field(primary_key=True, foreign_key="customer.id", sa_type=Id)
    agent: int = Field(sa_type=Id)  #: who recorded it
    at: datetime = Field(sa_type=Instant)


class AwayRow(SQLModel, table=True):
    """Customers who were told, by an account, that nobody is there before `opens_at`."""

    __tablename__ = "away"
    __table_args__ = (Index("ix_away_account", "account", "at"), Index("ix_away_at", "at"))
    customer: int = Field(primary_key=True, sa_type=Id)  #: no foreign key: it may go before this
    account: str = Field(primary_key=True)
    opens_at: datetime = Field(primary_key=True, sa_type=Instant)
    at: datetime = Field(sa_type=Instant)


class ForgottenRow(SQLModel, table=True):
    """Who asked to be forgotten: a digest of who it was, which tells nobody; see chatops.oblivion."""

    __tablename__ = "forgotten"
    digest: str = Field(primary_key=True)
    at: datetime = Field(sa_type=Instant)


class ConversationRow(SQLModel, table=True):
    __tablename__ = "conversation"
    __table_args__ = (
        UniqueConstraint("account", "thread_key", "customer", name="uq_conversation"),
        Index("ix_conversation_customer", "customer"),
        Index("ix_conversation_ticket", "ticket"),
        Index("ix_conversation_thread", "account", "thread_key", "ticket"),
    )
    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    account: str
    thread_key: str
    customer: int = Field(foreign_key="customer.id", sa_type=Id)
    #: Its current ticket. No foreign key: two tables that need each other cannot be made in turn.
    ticket: int | None = Field(sa_type=Id)


class BurstRow(SQLModel, table=True):
    """Many customers' tickets in one thread of a network, in one queue: shown as one card."""

    __tablename__ = "burst"
    __table_args__ = (
        _partial(
            "uq_burst_live", "account", "thread_key", "queue", where="ended_at IS NULL", unique=True
        ),
    )
    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    account: str
    thread_key: str
    queue: str
    opened_at: datetime = Field(sa_type=Instant)
    newest_at: datetime = Field(sa_type=Instant)  #: when its newest ticket was opened
    message: int = Field(sa_type=Id)  #: with which it began
    earlier: int  #: tickets of the thread that came before it, with cards of their own
    ended_at: datetime | None = Field(sa_type=Instant)  #: since then another one may begin


class TicketRow(SQLModel, table=True):
    __tablename__ = "ticket"
    __table_args__ = (
        Index("ix_ticket_conversation", "conversation"),
        Index("ix_ticket_opened", "opened_at"),
        Index("ix_ticket_status", "status", "queue"),
        _partial("ix_ticket_live", "status", "queue", "assignee", where="status <> 'closed'"),
        _partial("ix_ticket_closed", "closed_at", where="closed_at IS NOT NULL"),
        _partial("ix_ticket_wake", "snoozed_until", where="snoozed_until IS NOT NULL"),
        _partial("ix_ticket_writing", "writing_until", where="writing_until IS NOT NULL"),
        _partial("ix_ticket_chain", "chain_at", where="chain_at IS NOT NULL"),
        _partial("ix_ticket_look", "look_at", where="look_at IS NOT NULL"),
        _partial("ix_ticket_window", "window_at", where="window_at IS NOT NULL"),
        Index("ix_ticket_customer", "customer"),
        _partial(
            "ix_ticket_burst", "burst", "status", "assignee", "queue", where="burst IS NOT NULL"
        ),
        _partial("ix_ticket_invited", "customer", "invited_at", where="invited_at IS NOT NULL"),
        Index(
            "ix_ticket_quiet",
            "queue",
            # as each compiler writes a condition that is a column alone
            sqlite_where=text("quiet = 1"),
            postgresql_where=text("quiet"),
        ),
    )
    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    conversation: int = Field(foreign_key="conversation.id", sa_type=Id)
    customer: int = Field(foreign_key="customer.id", sa_type=Id)
    account: str
    channel: str
    kind: str
    private: bool
    queue: str
    language: str
    priority: str
    why: str = Field(sa_type=Text)  #: JSON list
    can_reply: bool
    predecessor: int | None = Field(sa_type=Id)
    opened_at: datetime = Field(sa_type=Instant)
    revision: int
    status: str
    waiting: str
    assignee: int | None = Field(sa_type=Id)
    read_by: str = Field(sa_type=Text)  #: ",3,14,": LIKE '%,14,%' finds an agent on any database
    level: int
    escalated_to: str | None
    snooze_reason: str | None
    snoozed_until: datetime | None = Field(sa_type=Instant)
    close_reason: str | None
    closed_at: datetime | None = Field(sa_type=Instant)
    thanked: bool
    answered_at: datetime | None = Field(sa_type=Instant)
    writer: int | None = Field(sa_type=Id)
    writing_until: datetime | None = Field(sa_type=Instant)
    replies: str = Field(
        sa_type=Text
    )  #: JSON list of [message, agent, then, state, overtaken, until]
    rule: str | None
    tags: str = Field(sa_type=Text)  #: JSON list, as are the next ones
    quiet: bool
    prioritized_by: int | None = Field(sa_type=Id)
    prioritized_note: int | None = Field(sa_type=Id)
    muted: str = Field(sa_type=Text)
    links: str = Field(sa_type=Text)
    merged_into: int | None = Field(sa_type=Id)
    merged: str = Field(sa_type=Text)
    invited_at: datetime | None = Field(sa_type=Instant)
    deeds: str = Field(sa_type=Text)  #: JSON list of [message, deed, agent, proposed]
    burst: int | None = Field(sa_type=Id)
    lined: bool
    writing_in: str | None  #: the chat in which the writer has a form open
    chain_stage: int | None  #: where it stands in its queue's chain; None: in none
    chain_round: int | None
    chain_at: datetime | None = Field(sa_type=Instant)  #: when the tick is to take it further
    idle_since: datetime | None = Field(sa_type=Instant)
    hand_back_at: datetime | None = Field(sa_type=Instant)
    look_at: datetime | None = Field(sa_type=Instant)  #: when its claim is to be looked at
    stars: int | None
    shared_stars: int | None
    reply_until: datetime | None = Field(sa_type=Instant)
    window_at: datetime | None = Field(
        sa_type=Instant
    )  #: when its cards are to show that this is over


class EntryRow(SQLModel, table=True):
    """The log of all tickets; only appended to."""

    __tablename__ = "entry"
    __table_args__ = (
        Index("ix_entry_ticket", "ticket"),
        _partial("ix_entry_closes", "name", "at", where="name IN ('Closed', 'Reopened')"),
        _partial("ix_entry_repeated", "at", where=REPEATED),
        _partial("ix_entry_thanks", "at", where=THANKS),
        _partial("ix_entry_handled", "at", "ticket", "agent", "name", where=HANDLED),
        _partial("ix_entry_escalated", "at", where=ESCALATED),
    )
    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    ticket: int = Field(foreign_key="ticket.id", sa_type=Id)
    at: datetime = Field(sa_type=Instant)
    agent: int | None = Field(sa_type=Id)
    rule: str | None
    name: str  #: the event's class
    body: str = Field(sa_type=Text)  #: its fields, as storage.codec writes them
    chat: str | None  #: where the agent asked for it; None: of rules, and before schema 0004
    terms: str | None  #: the version of what was promised then; None: before schema 0005


class MessageRow(SQLModel, table=True):
    __tablename__ = "message"
    __table_args__ = (
        # NULLs are all different, so that notes and unsent replies have room
        UniqueConstraint("account", "external_id", name="uq_message"),
        UniqueConstraint("account", "marker", name="uq_message_marker"),
        Index("ix_message_ticket", "ticket"),
        Index("ix_message_conversation", "conversation"),
        _partial("ix_message_loose", "at", where="ticket IS NULL"),
        _partial("ix_message_sending", "conversation", where="state IN ('sending', 'in doubt')"),
        _partial("ix_message_said", "conversation", "said", where="said IS NOT NULL"),
    )
    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    account: str
    external_id: str | None
    direction: str
    text: str = Field(sa_type=Text)
    at: datetime = Field(sa_type=Instant)
    private: bool
    kind: str | None
    conversation: int | None = Field(foreign_key="conversation.id", sa_type=Id)
    ticket: int | None = Field(foreign_key="ticket.id", sa_type=Id)
    agent: int | None = Field(sa_type=Id)
    state: str | None
    marker: str | None
    parent: str | None
    parent_text: str | None = Field(sa_type=Text)
    url: str | None = Field(sa_type=Text)
    thanks: bool
    can_reply: bool
    edited_at: datetime | None = Field(sa_type=Instant)
    deleted: bool
    failure: str | None
    origin: str | None
    said: str | None
    hidden: bool


class ClockRow(SQLModel, table=True):
    __tablename__ = "clock"
    __table_args__ = (
        UniqueConstraint("ticket", "kind", "cycle", name="uq_clock"),
        _partial("ix_clock_alert", "alert_at", where="alert_at IS NOT NULL"),
        _partial("ix_clock_due", "due_at", where="outcome IS NULL AND breached_at IS NULL"),
        _partial("ix_clock_running", "started_at", where="outcome IS NULL"),
        # the outcome too, for SQLite looks at what the condition says already
        _partial("ix_clock_owed", "ticket", "kind", "due_at", "outcome", where="outcome IS NULL"),
        _partial("ix_clock_stopped", "stopped_at", where="stopped_at IS NOT NULL"),
        _partial("ix_clock_breached", "breached_at", where="breached_at IS NOT NULL"),
        _partial("ix_clock_invited", "started_at", where="kind = 'dm_handover'"),
    )
    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    ticket: int = Field(foreign_key="ticket.id", sa_type=Id)
    kind: str
    cycle: int
    calendar: str
    target_s: int
    started_at: datetime = Field(sa_type=Instant)
    due_at: datetime | None = Field(sa_type=Instant)  #: None while it stands still
    stopped_at: datetime | None = Field(sa_type=Instant)
    outcome: str | None
    breached_at: datetime | None = Field(sa_type=Instant)
    elapsed_s: int | None
    policy: str  #: its name; "" of clocks from before schema 0005, like the versions
    policy_version: str
    calendar_version: str
    past: str = Field(sa_type=Text)  #: JSON list of [since, until, counted seconds, why]
    extra_s: int
    given: str | None
    alert_at: datetime | None = Field(sa_type=Instant)  #: when the tick is to send its next alert
    alerted: str | None  #: the last level of alerts


class TermsRow(SQLModel, table=True):
    """A version of what was promised, which entries of the log and clocks name."""

    __tablename__ = "terms"
    version: str = Field(primary_key=True)
    body: str = Field(sa_type=Text)  #: as chatops.sla.SlaTerms writes it


class DailyRow(SQLModel, table=True):
    """The roll-up: how often something happened on a local day, as chatops.rollup counts it."""

    __tablename__ = "daily"
    day: datetime = Field(primary_key=True, sa_type=Instant)  #: when it began
    figure: str = Field(primary_key=True)
    queue: str = Field(primary_key=True)
    channel: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    agent: int = Field(primary_key=True, sa_type=Id)  #: 0: nobody
    detail: str = Field(primary_key=True)
    total: int


# --- what came in and what must go out


class RawBodyRow(SQLModel, table=True):
    __tablename__ = "raw_body"
    __table_args__ = (
        Index("ix_raw_body_received", "received_at"),
        _partial("ix_raw_body_waiting", "state", where="state <> 'read'"),
    )
    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    channel: str
    account: str
    body: bytes = Field(sa_type=LargeBinary)
    received_at: datetime = Field(sa_type=Instant)
    state: str  #: unread, read or unreadable
    error: str | None = Field(sa_type=Text)


class DeliveryRow(SQLModel, table=True):
    __tablename__ = "delivery"
    __table_args__ = (
        _partial("uq_delivery_card", "ticket", "to", where="what = 'card'", unique=True),
        _partial("uq_delivery_burst", "burst", "to", where="what = 'burst'", unique=True),
        Index(
            "ix_delivery_take",
            "to",
            "rank",
            text(f"({TAKEN_BY})"),
            "id",
            sqlite_where=text("due_at IS NOT NULL"),
            postgresql_where=text("due_at IS NOT NULL"),
        ),
        _partial("ix_delivery_due", "due_at", where="due_at IS NOT NULL"),
        _partial("ix_delivery_lane", "lane", "id", where=f"state IN {_in(UNRESOLVED)}"),
        _partial("ix_delivery_failed", "id", where="state = 'failed'"),
        _partial("ix_delivery_message", "message", where="message IS NOT NULL"),
        _partial("ix_delivery_ticket", "ticket", "what", where="ticket IS NOT NULL"),
        _partial("ix_delivery_entry", "entry", where="entry IS NOT NULL"),
        _partial("ix_delivery_finished", "taken_at", where=f"what IN {_in(FINISHED)}"),
        _partial("ix_delivery_root", "to", "external_id", where=f"what IN {_in(STANDING)}"),
        _partial("ix_delivery_alert", "to", "id", where="what = 'alert'"),
        _partial("ix_delivery_owner", "owner", where="owner IS NOT NULL"),
    )
    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    what: str
    to: str
    lane: str
    urgency: int
    rank: int  #: its urgency, or that of an update once it is sent: the order of taking
    marker: str = Field(unique=True)
    ticket: int | None = Field(foreign_key="ticket.id", sa_type=Id)
    message: int | None = Field(foreign_key="message.id", sa_type=Id)
    entry: int | None = Field(foreign_key="entry.id", sa_type=Id)
    occasion: str | None
    mention: bool
    body: str | None = Field(sa_type=Text)
    undo: bool
    state: str
    due_at: datetime | None = Field(sa_type=Instant)  #: transport time; None: not to be taken
    wanted: int  #: the revision that should be seen
    shown: int  #: the revision that is seen
    attempts: int
    taken_at: datetime | None = Field(sa_type=Instant)
    external_id: str | None
    error: str | None = Field(sa_type=Text)
    deed: str | None
    left: bool  #: a card in a room that its ticket has left
    owner: int | None = Field(sa_type=Id)  #: the process that has it in hand; no foreign key
    burst: int | None = Field(sa_type=Id)


# --- the processes that serve this database, and what they share


class ProcessRow(SQLModel, table=True):
    """A process that serves; its number tells its writes from those after its lease has ended."""

    __tablename__ = "process"
    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    name: str  #: its host and pid, for people
    until: int = Field(sa_type=BigInteger)  #: on the database's clock, as instant keeps times


class PaceRow(SQLModel, table=True):
    """How far a far side's lawful rate is used up: a bucket of calls, and a pause it asked for."""

    __tablename__ = "pace"
    name: str = Field(primary_key=True)
    full_at: datetime | None = Field(sa_type=Instant)
    paused_until: datetime | None = Field(sa_type=Instant)


class EditionRow(SQLModel, table=True):
    """The app.yaml in force is that of the highest number."""

    __tablename__ = "edition"
    number: int | None = Field(default=None, primary_key=True, sa_type=Id)
    at: datetime = Field(sa_type=Instant)
    source: str = Field(sa_type=Text)  #: JSON: the files' texts, in which secrets are names


# --- what happens once, settings, accounts


class ActRow(SQLModel, table=True):
    """Keys of the acts that are done: the same key is one act."""

    __tablename__ = "act"
    __table_args__ = (Index("ix_act_at", "at"),)
    key: str = Field(primary_key=True)
    at: datetime = Field(sa_type=Instant)


class DigestRunRow(SQLModel, table=True):
    __tablename__ = "digest_run"
    __table_args__ = (Index("ix_digest_run_at", "at"),)
    name: str = Field(primary_key=True)
    period: str = Field(primary_key=True)  #: a local date
    at: datetime = Field(sa_type=Instant)  #: up to when its figures go


class SettingRow(SQLModel, table=True):
    """What every process shares and app.yaml does not say."""

    __tablename__ = "setting"
    name: str = Field(primary_key=True)
    value: str


class AccountStateRow(SQLModel, table=True):
    __tablename__ = "account_state"
    account: str = Field(primary_key=True)
    tokens: bytes | None = Field(sa_type=LargeBinary)  #: encrypted JSON
    heard_at: datetime | None = Field(sa_type=Instant)
    revoked: bool


class AccountCursorRow(SQLModel, table=True):
    """How far an account's streams are read. Rows of their own: two streams move independently."""

    __tablename__ = "account_cursor"
    account: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    value: str


class LeaseRow(SQLModel, table=True):
    __tablename__ = "lease"
    account: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    owner: str
    until: datetime = Field(sa_type=Instant)


class TroubleRow(SQLModel, table=True):
    """A place to which nothing can be delivered for now; see chatops.ports.Trouble."""

    __tablename__ = "trouble"
    place: str = Field(primary_key=True)
    code: str | None
    since: datetime = Field(sa_type=Instant)
    tries: int
    rests_until: datetime = Field(sa_type=Instant)


METADATA: Final = SQLModel.metadata


def _table(row: type[SQLModel]) -> Table:
    return METADATA.tables[str(row.__tablename__)]


AGENT: Final = _table(AgentRow)
IDENTITY: Final = _table(IdentityRow)
CODE: Final = _table(CodeRow)
SHIFT: Final = _table(ShiftRow)
TURN: Final = _table(TurnRow)
CUSTOMER: Final = _table(CustomerRow)
CONSENT: Final = _table(ConsentRow)
AWAY: Final = _table(AwayRow)
FORGOTTEN: Final = _table(ForgottenRow)
CONVERSATION: Final = _table(ConversationRow)
BURST: Final = _table(BurstRow)
TICKET: Final = _table(TicketRow)
ENTRY: Final = _table(EntryRow)
MESSAGE: Final = _table(MessageRow)
CLOCK: Final = _table(ClockRow)
TERMS: Final = _table(TermsRow)
DAILY: Final = _table(DailyRow)
RAW_BODY: Final = _table(RawBodyRow)
DELIVERY: Final = _table(DeliveryRow)
ACT: Final = _table(ActRow)
DIGEST_RUN: Final = _table(DigestRunRow)
SETTING: Final = _table(SettingRow)
ACCOUNT_STATE: Final = _table(AccountStateRow)
ACCOUNT_CURSOR: Final = _table(AccountCursorRow)
LEASE: Final = _table(LeaseRow)
TROUBLE: Final = _table(TroubleRow)
PROCESS: Final = _table(ProcessRow)
PACE: Final = _table(PaceRow)
EDITION: Final = _table(EditionRow)
