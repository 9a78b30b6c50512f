"""Finding channels, where they may call, and the sentences for their refusals."""

import pytest
from pydantic import BaseModel, ValidationError

from adapters.social import channels, sandbox
from adapters.social._address import Address
from adapters.social.x import api
from chatops.text import LANGUAGES, Words


def test_each_module_is_a_channel_and_underscored_ones_are_not():
    assert sorted(channels()) == ["sandbox", "x"]


def test_a_channel_by_another_name_than_its_module_stops_the_start(monkeypatch):
    monkeypatch.setattr(sandbox, "TRAITS", channels()["x"].TRAITS)
    with pytest.raises(RuntimeError, match="sandbox calls itself x"):
        channels()


class Place(BaseModel):
    address: Address


@pytest.mark.parametrize("given", ["https://api.example.com/", "https://api.example.com"])
def test_an_address_loses_its_last_slash(given):
    assert Place(address=given).address == "https://api.example.com"


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
def test_an_address_that_is_no_safe_one_is_refused(given, development):
    with pytest.raises(ValidationError):
        Place.model_validate({"address": given}, context={"development": development})


@pytest.mark.parametrize("given", ["http://127.0.0.1:8080", "http://localhost:1", "http://[::1]:9"])
def test_loopback_without_tls_is_for_development(given):
    allowed = Place.model_validate({"address": given}, context={"development": True})
    assert allowed.address == given
    with pytest.raises(ValidationError, match="development: true"):
        Place.model_validate({"address": given}, context={"development": False})


CODES = {
    *(code for _, code in api._BY_DETAIL),
    *api._BY_STATUS.values(),
    *(word.replace("_", "-") for word in sandbox._KNOWN),
    *("refused", "redirect", "revoked", "not-connected", "app-keys", "client", "code"),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", sorted(CODES))
def test_every_refusal_has_a_sentence(code, language):
    assert Words().has(f"rejected-{code}", language)
