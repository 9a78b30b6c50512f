"""What app.yaml says of Teams: the tenant, and our app in it. Imports no SDK."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Final, Self
from urllib.parse import urlsplit

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationInfo,
    field_validator,
    model_validator,
)

from adapters._address import lawful
from adapters.chat.teams.clouds import ENDPOINTS, Cloud
from chatops.config.notation import is_loopback

#: Azure's instance metadata, from virtual machines and container hosts
#: (learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token).
_INSTANCE_METADATA: Final = "http://169.254.169.254/metadata/identity/oauth2/token"

_PUBLIC: Final = ENDPOINTS[Cloud.PUBLIC]
_GUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
#: SHA-1 or SHA-256 of a certificate, in hexadecimal, as Entra and openssl show them.
_THUMBPRINT: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


def _guid(value: str) -> str:
    if not _GUID.fullmatch(value.lower()):
        raise ValueError(
            "write the id as Entra shows it, like 00000000-0000-0000-0000-000000000000"
        )
    return value.lower()


def _thumbprint(value: str) -> str:
    plain = value.replace(":", "").replace(" ", "").lower()
    if not _THUMBPRINT.fullmatch(plain):
        raise ValueError("write the certificate's SHA-1 or SHA-256: 40 or 64 hexadecimal digits")
    return plain


def _private_key(value: SecretStr) -> SecretStr:
    try:
        key = load_pem_private_key(value.get_secret_value().encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise ValueError("this is no private key in PEM, or it has a passphrase") from error
    if not isinstance(key, RSAPrivateKey):
        raise ValueError("the key must be an RSA key, which is what Entra takes")
    return value


def _of_cloud(value: str, info: ValidationInfo) -> str:
    own = ENDPOINTS[info.data.get("cloud", Cloud.PUBLIC)]
    return lawful(value, info, getattr(own, str(info.field_name)))


_Guid = Annotated[str, AfterValidator(_guid)]
_Address = Annotated[str, AfterValidator(_of_cloud)]


class Certificate(BaseModel):
    """What proves that we are the app, in place of a secret."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: Annotated[SecretStr, AfterValidator(_private_key)] = Field(
        description="Its private key in PEM: ${file:/run/secrets/teams.pem}"
    )
    thumbprint: Annotated[str, AfterValidator(_thumbprint)] = Field(
        description="SHA-1 or SHA-256 of the certificate that the app has in Entra"
    )


class ManagedIdentity(BaseModel):
    """Where Azure gives this machine tokens; the app id is the identity's client id."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    endpoint: str = Field(
        _INSTANCE_METADATA, description="${IDENTITY_ENDPOINT} where Azure sets it"
    )
    header: SecretStr | None = Field(
        None, description="${IDENTITY_HEADER}, where Azure sets IDENTITY_ENDPOINT"
    )

    @field_validator("endpoint")
    @classmethod
    def _is_on_this_machine(cls, endpoint: str, info: ValidationInfo) -> str:
        if is_loopback(urlsplit(endpoint).hostname or ""):
            return endpoint
        if (info.context or {}).get("development"):
            raise ValueError("development reaches loopback only; write a stand-in's address here")
        if endpoint != _INSTANCE_METADATA:
            raise ValueError("write ${IDENTITY_ENDPOINT}, or leave it out")
        return endpoint


class Settings(BaseModel):
    """One tenant, and our app in it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    app_id: str = Field(
        description="Application (client) id of the bot's app; empty only in development: then "
        "nobody who calls is asked for a token"
    )
    tenant: _Guid = Field(description="Directory (tenant) id where the app and the rooms are")
    secret: SecretStr | None = Field(None, description="Client secret of the app")
    certificate: Certificate | None = Field(None, description="In place of a secret")
    managed_identity: ManagedIdentity | None = Field(
        None, description="In place of a secret, on Azure: {} is enough on a virtual machine"
    )
    secret_ends: date | None = Field(
        None, description="The secret's or certificate's last day; doctor warns ahead of it"
    )
    tenants: tuple[_Guid, ...] = Field(
        (), description="Further tenants whose people may act, in shared channels"
    )
    guests: bool = Field(False, description="Whether guests of the tenant may act")
    cloud: Cloud = Field(Cloud.PUBLIC, description="Which of Microsoft's clouds the tenant is in")
    reads_threads: bool = Field(
        False,
        description="The team's owner consented to ChannelMessage.Read.Group: what is written in a "
        "ticket's thread becomes a note without a mention",
    )
    targeted: bool = Field(
        False,
        description="The tenant has slash commands and targeted messages: private answers appear "
        "where the question was asked",
    )
    by_email: bool = Field(
        False,
        description="Somebody of the tenant, no guest, whom app.yaml gives no id in Teams is known by the "
        "`email` of theirs in `people`",
    )
    speed: int = Field(
        1, ge=1, description="how many times Teams' pace we keep; above 1 for stand-ins only"
    )
    login: _Address = Field(_PUBLIC.login, description="Microsoft's login; the cloud's own")
    metadata: _Address = Field(
        _PUBLIC.metadata, description="OpenID metadata of the Bot Framework; the cloud's own"
    )
    connector: _Address = Field(
        _PUBLIC.connector,
        description="The Bot Connector; the cloud's own. Which of its addresses to use, Teams tells",
    )

    @model_validator(mode="before")
    @classmethod
    def _addresses_of_its_cloud(cls, given: Any) -> Any:
        """Put the named cloud's addresses where none is written; a field's default knows one cloud."""
        if not isinstance(given, Mapping):
            return given
        cloud = given.get("cloud", Cloud.PUBLIC)
        if not isinstance(cloud, str) or cloud not in ENDPOINTS:
            return given  # told by the field itself
        own = ENDPOINTS[Cloud(cloud)]
        addresses = {name: getattr(own, name) for name in ("login", "metadata", "connector")}
        return {**addresses, **given}

    @field_validator("app_id")
    @classmethod
    def _somebody_must_be_asked(cls, app_id: str, info: ValidationInfo) -> str:
        # Who listens in development does so on loopback, and reaches nothing but stand-ins there.
        if app_id:
            return _guid(app_id)
        if info.context is not None and not info.context.get("development"):
            raise ValueError("without an app id anybody could call; write the bot's application id")
        return app_id

    @field_validator("speed")
    @classmethod
    def _teams_has_one_speed(cls, speed: int, info: ValidationInfo) -> int:
        if speed > 1 and not (info.context or {}).get("development"):
            raise ValueError("Teams limits everybody alike; write 1, or leave it out")
        return speed

    @model_validator(mode="after")
    def _one_proof(self) -> Self:
        given = [self.secret, self.certificate, self.managed_identity]
        if self.app_id and len(given) - given.count(None) != 1:
            raise ValueError("give one of secret, certificate and managed_identity")
        return self

    @property
    def allowed(self) -> frozenset[str]:
        """The tenants whose people may act."""
        return frozenset({self.tenant, *self.tenants})
