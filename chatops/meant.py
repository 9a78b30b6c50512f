"""Which ticket a person means, and what they are told where they mean none that they may see."""

from chatops.call import Call
from chatops.policy import Role
from chatops.ports import Reader, Record
from chatops.text import Summons, Text, text
from chatops.ticket import Refusal


async def record_meant(ticket: int | None, call: Call, reader: Reader) -> Record | Refusal:
    """Return what is stored of the ticket that is named, or of the one in whose thread it is asked.

    To whom may not see its queue, a ticket does not exist.
    """
    wanted = ticket or call.ticket
    if wanted is None:
        return which_ticket(call)
    record = await reader.record(wanted)
    if record is None or not call.may(Role.VIEWER, record.ticket):
        return unknown_ticket(wanted)
    return record


def which_ticket(call: Call) -> Refusal:
    """Refuse a command that names no ticket, with what help says of it."""
    return Refusal(text("which-ticket", line=help_line(call.command, call.policy.summons)))


def unknown_ticket(ticket: int) -> Refusal:
    return Refusal(text("unknown-ticket", ticket=ticket))


def help_line(command: str, prefix: Summons) -> Text:
    """Say how a command is typed, and what it does."""
    usage, said = text(f"usage-{command}"), text(f"help-{command}")
    return text("help-line", prefix=prefix, usage=usage, help=said)
