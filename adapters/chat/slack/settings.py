"""What app.yaml says of the Slack workspace. Imports no SDK."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationInfo,
    field_validator,
    model_validator,
)

from adapters._address import of_vendor


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
    #: Slack's own are two: the public one, and that for the United States' government.
    api_url: Annotated[str, of_vendor("https://slack.com/api", "https://slack-gov.com/api")] = (
        Field("https://slack.com/api", description="Slack's Web API")
    )
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
