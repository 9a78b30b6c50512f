"""What a person is asked where a command lacks something: its form, or which command they meant.

Used by `desk` alone. Nothing is written here.
"""

from collections.abc import Mapping

from chatops.arguments import form_for
from chatops.call import Call, Command, Looks, OnTicket, OnTickets, Runs
from chatops.card import Form
from chatops.doing import Stage, allowed
from chatops.line import nearest
from chatops.meant import unknown_ticket
from chatops.policy import Role
from chatops.ports import Reader
from chatops.text import text
from chatops.ticket import Refusal, Ticket


async def form_of(
    command: Command, call: Call, fields: Mapping[str, str], stage: Stage, reader: Reader
) -> Form | Refusal:
    """Return the form of a ticket's command, its own or one made of its arguments."""
    id = call.ticket or 0
    record = await reader.record(id)
    if record is None:
        return unknown_ticket(id)
    if isinstance(may := allowed(record.ticket, command, call), Refusal):
        return may
    near = await _near(record.ticket, call, reader)
    scene = stage.scene(record, await reader.agents(), call.now, near)
    handler = command.handler
    if isinstance(handler, OnTicket | Runs) and handler.form is not None:
        return handler.form(fields, scene, call)
    return form_for(command, fields, scene, call)


async def loose_form(
    command: Command, call: Call, fields: Mapping[str, str], reader: Reader
) -> Form | None:
    """Return the form of a command that belongs to no ticket, if it brings one."""
    handler = command.handler
    if isinstance(handler, OnTickets | Looks) and handler.form is not None:
        return handler.form(fields, call, await reader.agents())
    return None


def unknown(call: Call, stage: Stage) -> Refusal:
    """Refuse a word that is no command, with the nearest that is one."""
    near, prefix = nearest(call.command, stage.registry, stage.words), stage.policy.summons
    if near is None:
        return Refusal(text("unknown-command", word=call.command, prefix=prefix))
    return Refusal(text("did-you-mean", word=call.command, near=near, prefix=prefix))


async def _near(ticket: Ticket, call: Call, reader: Reader) -> dict[int, Ticket]:
    """Return the linked tickets that the person may see."""
    found = [await reader.ticket(id) for id in ticket.links]
    return {t.id: t for t in found if t and call.may(Role.VIEWER, t)}
