"""What app.yaml says of the Slack workspace. Imports no SDK."""

from enum import StrEnum
from typing import Final, Self
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationInfo,
    field_validator,
    model_validator,
)

from chatops.config.notation import is_loopback
from chatops.errors import ConfigError

API_URL: Final = "https://slack.com/api/"
#: Slack's own Web APIs: the public one and the one for the United States' government.
VENDOR_URLS: Final = frozenset({API_URL, "https://slack-gov.com/api/"})


class Mode(StrEnum):
    SOCKET = "socket"  #: a connection from here: no public address is needed
    HTTP = "http"  #: Slack calls POST /slack/events here, and signs what it sends


class Settings(BaseModel):
    """One workspace, and our app in it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    mode: Mode = Field(Mode.SOCKET, description="socket needs no public address; http is signed")
    bot_token: SecretStr = Field(description="Bot User OAuth Token, xoxb-…")
    app_token: SecretStr | None = Field(
        None, description="App-level token with connections:write, xapp-…; for mode socket"
    )
    signing_secret: SecretStr | None = Field(None, description="Signing Secret; for mode http")
    team: str | None = Field(
        None, description="the workspace's id, T…; doctor tells when the token is of another"
    )
    api_url: str = Field(API_URL, description="Slack's Web API")
    speed: int = Field(
        1, ge=1, description="how many times Slack's pace we keep; above 1 for stand-ins only"
    )

    @model_validator(mode="after")
    def _mode_has_its_secret(self) -> Self:
        if self.mode is Mode.SOCKET and self.app_token is None:
            raise ValueError("mode socket needs app_token: write ${SLACK_APP_TOKEN}")
        if self.mode is Mode.HTTP and self.signing_secret is None:
            raise ValueError("mode http needs signing_secret: write ${SLACK_SIGNING_SECRET}")
        return self

    @field_validator("speed")
    @classmethod
    def _slack_has_one_speed(cls, speed: int, info: ValidationInfo) -> int:
        if speed > 1 and not (info.context or {}).get("development"):
            raise ValueError("Slack limits everybody alike; write 1, or leave it out")
        return speed

    def web_api(self, *, development: bool) -> str:
        """Return the Web API's address, with a slash at its end.

        Raises:
            ConfigError: it is neither Slack's nor, under `development`, this machine's.
        """
        url = self.api_url if self.api_url.endswith("/") else f"{self.api_url}/"
        if url in VENDOR_URLS or (development and is_loopback(urlsplit(url).hostname or "")):
            return url
        allowed = " or ".join(sorted(VENDOR_URLS))
        raise ConfigError(
            f"app.yaml: chats.slack.api_url: {url} is not Slack's: write {allowed}"
            " (an address on loopback needs development: true)"
        )
