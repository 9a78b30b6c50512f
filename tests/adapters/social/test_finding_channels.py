"""Finding channels, where they may call, and the sentences for their refusals."""

from typing import Annotated

import pytest
from pydantic import BaseModel, ValidationError

from adapters._address import of_ours, of_vendor
from adapters.social import channels, sandbox
from adapters.social.webhook.channel import REFUSALS
from adapters.social.x import api
from chatops.text import LANGUAGES, Words


def test_each_module_is_a_channel_and_underscored_ones_are_not():
    assert sorted(channels()) == ["sandbox", "webhook", "x"]


def test_a_channel_by_another_name_than_its_module_stops_the_start(monkeypatch):
    monkeypatch.setattr(sandbox, "TRAITS", channels()["x"].TRAITS)
    with pytest.raises(RuntimeError, match="sandbox calls itself x"):
        channels()


def place_of(model: type[BaseModel], given: str, *, development: bool) -> str:
    made = model.model_validate({"address": given}, context={"development": development})
    return made.address


class Theirs(BaseModel):
    address: Annotated[str, of_vendor("https://api.example.com", "https://eu.example.com/v2")]


class Ours(BaseModel):
    address: Annotated[str, of_ours]


@pytest.mark.parametrize("given", ["https://api.example.com/", "https://api.example.com"])
def test_an_address_loses_its_last_slash(given):
    assert place_of(Theirs, given, development=False) == "https://api.example.com"


@pytest.mark.parametrize(
    "given",
    [
        "api.example.com",
        "ftp://api.example.com",
        "http://api.example.com",
        "http://10.0.0.1",
        "https://name:word@api.example.com",
        "https://api.example.com?a=1",
        "https://api.example.com#a",
        "https://",
    ],
)
@pytest.mark.parametrize("development", [True, False])
@pytest.mark.parametrize("model", [Theirs, Ours])
def test_an_address_that_is_no_safe_one_is_refused(model, given, development):
    with pytest.raises(ValidationError):
        place_of(model, given, development=development)


@pytest.mark.parametrize(
    "given",
    [
        "https://api.example.org",
        "https://api.example.com.example.org",
        "https://api.example.com:8443",
        "https://eu.example.com",
        "https://127.0.0.1",
    ],
)
def test_a_token_goes_to_nobody_but_the_vendor(given):
    said = "write https://api.example.com or https://eu.example.com/v2"
    with pytest.raises(ValidationError, match=said):
        place_of(Theirs, given, development=False)


def test_our_own_address_is_any_host_with_tls():
    assert place_of(Ours, "https://care.example.org/in", development=False).endswith("/in")


@pytest.mark.parametrize("model", [Theirs, Ours])
@pytest.mark.parametrize("given", ["http://127.0.0.1:8080", "http://localhost:1", "http://[::1]:9"])
def test_loopback_without_tls_is_for_development(model, given):
    assert place_of(model, given, development=True) == given
    with pytest.raises(ValidationError, match="development: true"):
        place_of(model, given, development=False)


@pytest.mark.parametrize("key", ["api", "authorize", "site"])
def test_x_is_nowhere_but_at_x(key):
    model = channels()["x"].Settings
    keys = {"client_id": "c", "consumer_key": "k", "consumer_secret": "s"}
    with pytest.raises(ValidationError, match=r"https://(api\.)?x\.com"):
        model.model_validate({**keys, key: "https://example.org"}, context={"development": False})
    model.model_validate(keys, context={"development": False})


CODES = {
    *(code for _, code in api._BY_DETAIL),
    *api._BY_STATUS.values(),
    *(word.replace("_", "-") for word in sandbox._KNOWN),
    *REFUSALS.values(),
    *("refused", "no-id", "redirect", "revoked", "not-connected", "app-keys", "client", "code"),
    *("unsupported", "unseen"),  # chatops.delivery.replies gives these itself
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", sorted(CODES))
def test_every_refusal_has_a_sentence(code, language):
    assert Words().has(f"rejected-{code}", language)
