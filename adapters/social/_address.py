"""Where a channel calls: the vendor's own address, or a stand-in on loopback in development."""

import ipaddress
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, ValidationInfo

from chatops.errors import ConfigError


def _checked(value: str, info: ValidationInfo) -> str:
    """Take an address whose form is good; the validation context may hold `development`."""
    parts = urlsplit(value)
    if not parts.hostname or parts.username or parts.query or parts.fragment:
        raise ValueError("write an address like https://api.example.com")
    if parts.scheme == "https":
        return value.rstrip("/")
    if parts.scheme != "http" or not _is_loopback(parts.hostname):
        raise ValueError("write https:// (http:// is for loopback only)")
    if info.context is not None and not info.context.get("development", False):
        raise ValueError("write https:// (http:// needs `development: true`)")
    return value.rstrip("/")


#: An outside address in a channel's settings, kept without a slash at its end.
Address = Annotated[str, AfterValidator(_checked)]


def demand_lawful(development: bool, *addresses: str) -> None:
    """Check again when a channel opens: settings may have been made without a context.

    Raises:
        ConfigError: an address without TLS outside development.
    """
    for address in addresses:
        if not development and urlsplit(address).scheme != "https":
            raise ConfigError(f"{address}: write https:// (http:// needs `development: true`)")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
