"""The connector's methods that tell who is in a conversation."""

from adapters.sandbox.teams.organisation import Person
from adapters.sandbox.teams.posting import Place
from adapters.sandbox.teams.refusal import JSON, Refused, bad_argument
from adapters.sandbox.teams.state import State

#: The documented bounds of a page (bots/how-to/get-teams-context).
_LEAST, _MOST, _USUAL = 50, 500, 200


def member(state: State, where: Place, name: str) -> JSON:
    """One person, by `29:` id, object id or e-mail address."""
    person = state.person_called(name)
    if person is None or not state.is_in(person.id, where.base):
        words = "The member was not found in the conversation."
        raise Refused(404, "MemberNotFoundInConversation", words)
    return shown(state, person)


def paged(state: State, where: Place, size: str | None, continued: str | None) -> JSON:
    """A page of the members, and the token of the next one."""
    if size is not None and not size.isdigit():
        raise bad_argument("'pageSize' must be a number.")
    if continued is not None and not continued.isdigit():
        raise bad_argument("'continuationToken' is not valid.")
    count = min(max(int(size or _USUAL), _LEAST), _MOST)
    start = int(continued or 0)
    everybody = state.members(where.base)
    page: JSON = {"members": [shown(state, one) for one in everybody[start : start + count]]}
    if start + count < len(everybody):
        page["continuationToken"] = str(start + count)
    return page


def shown(state: State, person: Person) -> JSON:
    """A person as the connector shows them."""
    given, _, surname = person.name.partition(" ")
    upn = person.email
    if person.guest:
        # A guest's name in the directory is made of their address elsewhere.
        upn = f"{person.email.replace('@', '_')}#EXT#@{state.organisation.tenant}"
    return {
        "id": person.mri,
        "name": person.name,
        "givenName": given,
        "surname": surname,
        "objectId": person.id,
        "aadObjectId": person.id,
        "email": person.email,
        "userPrincipalName": upn,
        "tenantId": person.tenant,
        "userRole": "guest" if person.guest else "user",
    }
