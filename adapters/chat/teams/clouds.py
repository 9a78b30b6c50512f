"""Microsoft's clouds: where each has its login, its keys and its Bot Connector.

The values are those of Microsoft's Teams SDK (packages/common/api, `CloudEnvironment`), which for the
first three are also in learn.microsoft.com/azure/bot-service/rest-api, "Authentication" and
learn.microsoft.com/azure/bot-service/how-to-deploy-gov-cloud-high.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit


class Cloud(StrEnum):
    PUBLIC = "public"  #: Microsoft 365 as most have it, and the United States' GCC
    US_GOV = "us_gov"  #: GCC High
    US_DOD = "us_dod"  #: the Department of Defense
    CHINA = "china"  #: operated by 21Vianet


@dataclass(frozen=True, slots=True)
class Endpoints:
    """A cloud's addresses, without a slash at their end."""

    login: str  #: the token endpoint is {login}/{tenant}/oauth2/v2.0/token
    metadata: str  #: OpenID metadata, which names the keys that sign activities
    connector: str  #: a service URL; the one to use is told by each activity
    issuer: str  #: who signs activities
    resource: str  #: what our own tokens are for
    hosts: tuple[str, ...]  #: where service URLs may lead; ours is sent along to them

    @property
    def scope(self) -> str:
        """What is asked for at the login: all that the app was granted on the resource."""
        return f"{self.resource}/.default"


_METADATA: Final = "/v1/.well-known/openidconfiguration"

ENDPOINTS: Final[Mapping[Cloud, Endpoints]] = {
    Cloud.PUBLIC: Endpoints(
        login="https://login.microsoftonline.com",
        metadata=f"https://login.botframework.com{_METADATA}",
        connector="https://smba.trafficmanager.net/teams",
        issuer="https://api.botframework.com",
        resource="https://api.botframework.com",
        hosts=(
            "smba.trafficmanager.net",
            "smba.onyx.prod.teams.trafficmanager.net",
            "smba.infra.gcc.teams.microsoft.com",
        ),
    ),
    Cloud.US_GOV: Endpoints(
        login="https://login.microsoftonline.us",
        metadata=f"https://login.botframework.azure.us{_METADATA}",
        connector="https://smba.infra.gov.teams.microsoft.us/teams",
        issuer="https://api.botframework.us",
        resource="https://api.botframework.us",
        hosts=("smba.infra.gov.teams.microsoft.us",),
    ),
    Cloud.US_DOD: Endpoints(
        login="https://login.microsoftonline.us",
        metadata=f"https://login.botframework.azure.us{_METADATA}",
        connector="https://smba.infra.dod.teams.microsoft.us/teams",
        issuer="https://api.botframework.us",
        resource="https://api.botframework.us",
        hosts=("smba.infra.dod.teams.microsoft.us",),
    ),
    Cloud.CHINA: Endpoints(
        login="https://login.partner.microsoftonline.cn",
        metadata=f"https://login.botframework.azure.cn{_METADATA}",
        connector="https://frontend.botapi.msg.infra.teams.microsoftonline.cn",
        issuer="https://api.botframework.azure.cn",
        resource="https://api.botframework.azure.cn",
        hosts=("frontend.botapi.msg.infra.teams.microsoftonline.cn",),
    ),
}


def is_service(url: str, cloud: Cloud, connector: str) -> bool:
    """Tell whether our token may go to this service URL.

    It may to the cloud's own hosts, and to what stands beneath `connector`, which is a stand-in or
    one of them.
    """
    if url == connector or url.startswith(f"{connector}/"):
        return True
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:  # brackets that do not close, a port that is no number
        return False
    is_plain = parts.scheme == "https" and port in {None, 443} and parts.username is None
    return is_plain and parts.hostname in ENDPOINTS[cloud].hosts
