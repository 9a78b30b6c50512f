"""Which buttons open a dialog. Pure.

Teams must know before a button is pressed whether it opens one: what only looks is shown in a dialog,
and what a button does not say in full is asked for in one.
"""

from pydantic import ValidationError

from adapters.chat.teams.actions import Opens
from chatops.call import Command, Looks, OnPost, OnSelf, OnTicket, OnTickets, Registry, Runs
from chatops.card import Button


def opening(registry: Registry) -> Opens:
    """Return what tells of a button whether pressing it opens a dialog."""

    def opens(button: Button) -> bool:
        command = registry.get(button.command)
        return command is not None and _asks(command, dict(button.args))

    return opens


def always(_button: Button) -> bool:
    """Tell that any button opens a dialog: of an offered form, whatever its button says."""
    return True


def _asks(command: Command, args: dict[str, str]) -> bool:
    match command.handler:
        case Looks():
            return True
        case OnTicket(form=form) | Runs(form=form):
            # with a form of its own, the ticket may want what the arguments leave open: why it closes
            return not _is_whole(command, args) or (form is not None and not args)
        case OnTickets(form=form):
            return form is not None and not _is_whole(command, args)
        case OnSelf() | OnPost():
            return False


def _is_whole(command: Command, args: dict[str, str]) -> bool:
    try:
        command.args.model_validate(args)
    except ValidationError:
        return False
    return True
