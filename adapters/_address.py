"""Which addresses app.yaml may name: a vendor's own, or in development a stand-in on loopback.

Chats and channels share it, because a token goes to whatever stands there.
"""

from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ValidationError, ValidationInfo

from chatops.config.notation import is_loopback
from chatops.errors import ConfigError


def of_vendor(*own: str) -> AfterValidator:
    """Take the addresses in `own`, written without a slash at their end, and those of stand-ins."""
    return AfterValidator(lambda value, info: lawful(value, info, *own))


def lawful(value: str, info: ValidationInfo, *own: str) -> str:
    """Return an address without the slash at its end; `own` as `of_vendor` has them.

    Raises:
        ValueError: it is neither of them nor a stand-in that is allowed here.
    """
    address = _well_formed(value)
    if address in own or _may_stand_in(address, info):
        return address
    instead = f"write {' or '.join(own)}" if own else "this network is a stand-in only"
    raise ValueError(f"{instead} (an address on loopback needs development: true)")


def _of_ours(value: str, info: ValidationInfo) -> str:
    address = _well_formed(value)
    if address.startswith("https://") or _may_stand_in(address, info):
        return address
    raise ValueError("write https:// (http:// is for loopback, and needs development: true)")


#: Where the outside finds us: any host, but never in the clear.
of_ours = AfterValidator(_of_ours)


def demand_lawful(settings: BaseModel, development: bool) -> None:
    """Check settings again when they are put to use: they may have been made without a context.

    Raises:
        ConfigError: an address that is not the vendor's, outside development.
    """
    try:
        type(settings).model_validate(settings.model_dump(), context={"development": development})
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        raise ConfigError("; ".join(f"{one['loc'][-1]}: {one['msg']}" for one in found)) from error


def _well_formed(value: str) -> str:
    """Return an address without the slash at its end."""
    parts = urlsplit(value)
    is_plain = parts.scheme in {"http", "https"} and parts.hostname
    if not is_plain or parts.username or parts.query or parts.fragment:
        raise ValueError("write an address like https://api.example.com")
    return value.rstrip("/")


def _may_stand_in(address: str, info: ValidationInfo) -> bool:
    """Tell whether it is on loopback, in development or where nobody says yet if it is that."""
    is_allowed = info.context is None or bool(info.context.get("development"))
    return is_allowed and is_loopback(urlsplit(address).hostname or "")
