"""What the core asks of the outside, as Protocols and plain values. They hold no logic.

`store` is storage (Tx, Work, Reader, Vault), `far` the networks and chats (Channel, Chat),
`delivery` and `rows` the values that pass between them and the core.
"""

from chatops.ports.delivery import Delivery, DeliveryState, Due, NewDelivery, Spent, Urgency, What
from chatops.ports.far import Cap, Channel, Chat, ChatLimits, Receive
from chatops.ports.rows import (
    MOST_COUNTED,
    AccountSign,
    AccountState,
    Arrival,
    Conversation,
    Entry,
    Found,
    Health,
    Hit,
    Listed,
    Load,
    NewMessage,
    Profile,
    RawBody,
    Record,
    TicketFilter,
)
from chatops.ports.store import Reader, Tx, Vault, Work

__all__ = [
    "MOST_COUNTED",
    "AccountSign",
    "AccountState",
    "Arrival",
    "Cap",
    "Channel",
    "Chat",
    "ChatLimits",
    "Conversation",
    "Delivery",
    "DeliveryState",
    "Due",
    "Entry",
    "Found",
    "Health",
    "Hit",
    "Listed",
    "Load",
    "NewDelivery",
    "NewMessage",
    "Profile",
    "RawBody",
    "Reader",
    "Receive",
    "Record",
    "Spent",
    "TicketFilter",
    "Tx",
    "Urgency",
    "Vault",
    "What",
    "Work",
]
