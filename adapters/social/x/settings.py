"""What app.yaml says of one account on X."""

from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    model_validator,
)

from adapters._address import of_ours, of_vendor
from adapters.social.x.hashtags import LONGEST, distinct, excess, hashtag
from chatops.config.notation import Span, between


class Settings(BaseModel):
    """One account of ours on X, and the developer app through which it speaks.

    The keys are those of the developer console: the OAuth 2.0 client (id, and a secret if the app
    is confidential) and the consumer key and secret, which sign webhooks and open the stream.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    client_id: str = Field(min_length=1, description="OAuth 2.0 client id of the app")
    client_secret: SecretStr | None = Field(
        None, description="OAuth 2.0 client secret, if the app is confidential"
    )
    consumer_key: SecretStr = Field(description="API key of the app")
    consumer_secret: SecretStr = Field(description="API key secret of the app")
    redirect_uri: Annotated[str, of_ours] = Field(
        "https://127.0.0.1:8300/connected",
        description="A callback address of the app; nothing need listen there",
    )
    tier: Literal["self-serve", "enterprise"] = Field(
        "self-serve", description="self-serve may answer only who mentioned or quoted the account"
    )
    stream: bool = Field(
        True, description="Hold the activity stream; an app has two, so at most two accounts do"
    )
    webhook_url: Annotated[str, of_ours] | None = Field(
        None, description="This service's public address of the account: https://.../in/x/<account>"
    )
    hashtags: Annotated[
        tuple[Annotated[str, AfterValidator(hashtag)], ...], AfterValidator(distinct)
    ] = Field((), description="Hashtags that open tickets, each without its #")
    search_every: Annotated[Span, between("1m", "1d", "of the calendar")] = Field(
        timedelta(minutes=5), description="Between searches for the hashtags"
    )
    monthly_reads: int = Field(
        10_000,
        ge=10,
        le=3_000_000,
        description="Posts that the searches may read in a month of UTC; then they stop till the next",
    )
    poll_seconds: float = Field(60.0, ge=5.0, le=3600.0, description="Between looks at mentions")
    api: Annotated[str, of_vendor("https://api.x.com", "https://api.twitter.com")] = Field(
        "https://api.x.com", description="X's API"
    )
    authorize: Annotated[
        str,
        of_vendor("https://x.com/i/oauth2/authorize", "https://twitter.com/i/oauth2/authorize"),
    ] = Field("https://x.com/i/oauth2/authorize", description="X's page that asks for permission")
    site: Annotated[str, of_vendor("https://x.com", "https://twitter.com")] = Field(
        "https://x.com", description="Where posts are shown to people"
    )

    @model_validator(mode="after")
    def _searchable(self) -> Self:
        over = excess(self.hashtags, self.tier)
        if over:
            raise ValueError(
                f"hashtags: {over} characters too many for one search, which X bounds at "
                f"{LONGEST[self.tier]}; look for fewer"
            )
        return self
