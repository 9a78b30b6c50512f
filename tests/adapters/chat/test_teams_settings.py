"""What app.yaml may say of Teams, and what each slip is told."""

from datetime import date
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pydantic import SecretStr, ValidationError
from teams_far import APP, PARTNER, TENANT, pem

from adapters._address import demand_lawful
from adapters.chat.teams.clouds import ENDPOINTS, Cloud, is_service
from adapters.chat.teams.settings import Settings
from chatops.errors import ConfigError

LOOPBACK = "http://127.0.0.1:8400/teams"
STAND_IN = {
    "login": f"{LOOPBACK}/login",
    "metadata": f"{LOOPBACK}/metadata",
    "connector": f"{LOOPBACK}/connector",
}
ELSE = "(an address on loopback needs development: true)"
ELLIPTIC = ec.generate_private_key(ec.SECP256R1()).private_bytes(
    Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
)


def fit(development: bool = False, /, **more: Any) -> Settings:
    given = {"app_id": APP, "tenant": TENANT, "secret": "s3cret", **more}
    held = {name: value for name, value in given.items() if value is not None}
    return Settings.model_validate(held, context={"development": development})


def refused(development: bool = False, /, **more: Any) -> list[tuple[str, str]]:
    """Where each fault is and what is said of it."""
    with pytest.raises(ValidationError) as caught:
        fit(development, **more)
    return [
        (".".join(map(str, fault["loc"])), fault["msg"].removeprefix("Value error, "))
        for fault in caught.value.errors()
    ]


def test_little_is_enough() -> None:
    assert fit().model_dump() == {
        "app_id": APP,
        "tenant": TENANT,
        "secret": SecretStr("s3cret"),
        "certificate": None,
        "managed_identity": None,
        "secret_ends": None,
        "tenants": (),
        "guests": False,
        "cloud": Cloud.PUBLIC,
        "reads_threads": False,
        "targeted": False,
        "by_email": False,
        "speed": 1,
        "login": "https://login.microsoftonline.com",
        "metadata": "https://login.botframework.com/v1/.well-known/openidconfiguration",
        "connector": "https://smba.trafficmanager.net/teams",
    }


@pytest.mark.parametrize("cloud", Cloud)
def test_each_cloud_has_its_own_addresses(cloud: Cloud) -> None:
    made, own = fit(cloud=cloud.value), ENDPOINTS[cloud]
    assert (made.login, made.metadata, made.connector) == (own.login, own.metadata, own.connector)
    assert is_service(own.connector, cloud, made.connector)
    again = Settings.model_validate(made.model_dump(), context={"development": False})
    assert again == made


def test_stand_ins_are_for_development() -> None:
    made = fit(True, **STAND_IN)
    assert (made.login, made.connector) == (STAND_IN["login"], STAND_IN["connector"])
    assert [place for place, _ in refused(**STAND_IN)] == ["login", "metadata", "connector"]
    unsaid = Settings(app_id=APP, tenant=TENANT, secret=SecretStr("s"), **STAND_IN)
    demand_lawful(unsaid, development=True)
    with pytest.raises(ConfigError, match=r"write https://login\.microsoftonline\.com"):
        demand_lawful(unsaid, development=False)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (
            {"login": "https://login.example.com"},
            [("login", f"write https://login.microsoftonline.com {ELSE}")],
        ),
        (
            {"cloud": "us_gov", "login": "https://login.microsoftonline.com"},
            [("login", f"write https://login.microsoftonline.us {ELSE}")],
        ),
        (
            {"cloud": "mars"},
            [("cloud", "Input should be 'public', 'us_gov', 'us_dod' or 'china'")],
        ),
        (
            {"cloud": ["public"]},
            [("cloud", "Input should be 'public', 'us_gov', 'us_dod' or 'china'")],
        ),
        (
            {"tenant": "aozora.onmicrosoft.com"},
            [
                (
                    "tenant",
                    "write the id as Entra shows it, like 00000000-0000-0000-0000-000000000000",
                )
            ],
        ),
        ({"secret": None}, [("", "give one of secret, certificate and managed_identity")]),
        (
            {"managed_identity": {}},
            [("", "give one of secret, certificate and managed_identity")],
        ),
        ({"speed": 2}, [("speed", "Teams limits everybody alike; write 1, or leave it out")]),
        (
            {"app_id": ""},
            [
                (
                    "app_id",
                    "without an app id anybody could call; write the bot's application id",
                )
            ],
        ),
    ],
)
def test_slip_is_told(more: dict[str, Any], said: list[tuple[str, str]]) -> None:
    assert refused(**more) == said


def test_settings_are_keys_and_values() -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate([])


def test_without_an_app_id_nothing_need_be_proved_in_development() -> None:
    made = fit(True, app_id="", secret=None, **STAND_IN)
    demand_lawful(made, development=True)
    assert made.app_id == ""
    with pytest.raises(ConfigError, match="without an app id anybody could call"):
        demand_lawful(made, development=False)


def test_ids_are_compared_in_lower_case() -> None:
    made = fit(tenant=TENANT.upper(), tenants=[PARTNER.upper()], secret_ends="2027-05-01")
    assert made.allowed == {TENANT, PARTNER}
    assert made.secret_ends == date(2027, 5, 1)


@pytest.mark.parametrize(
    ("thumbprint", "kept"),
    [
        ("A1" * 20, "a1" * 20),
        (":".join(["A1"] * 20), "a1" * 20),
        ("a1" * 32, "a1" * 32),
    ],
)
def test_certificate_is_known_by_its_thumbprint(thumbprint: str, kept: str) -> None:
    made = fit(secret=None, certificate={"key": pem(), "thumbprint": thumbprint})
    assert made.certificate is not None
    assert made.certificate.thumbprint == kept
    assert made.certificate.key.get_secret_value() == pem()


@pytest.mark.parametrize(
    ("certificate", "said"),
    [
        (
            {"key": pem(), "thumbprint": "A1" * 19},
            (
                "certificate.thumbprint",
                "write the certificate's SHA-1 or SHA-256: 40 or 64 hexadecimal digits",
            ),
        ),
        (
            {"key": "-----BEGIN PRIVATE KEY-----", "thumbprint": "A1" * 20},
            ("certificate.key", "this is no private key in PEM, or it has a passphrase"),
        ),
        (
            {"key": ELLIPTIC.decode(), "thumbprint": "A1" * 20},
            ("certificate.key", "the key must be an RSA key, which is what Entra takes"),
        ),
    ],
)
def test_certificate_that_cannot_be_used_is_told(
    certificate: dict[str, str], said: tuple[str, str]
) -> None:
    assert refused(secret=None, certificate=certificate) == [said]


def test_managed_identity_is_on_this_machine() -> None:
    made = fit(secret=None, managed_identity={})
    assert made.managed_identity is not None
    assert made.managed_identity.endpoint == "http://169.254.169.254/metadata/identity/oauth2/token"
    local = {"endpoint": "http://127.0.0.1:41077/msi/token/", "header": "x"}
    assert fit(secret=None, managed_identity=local).managed_identity is not None
    elsewhere = {"endpoint": "http://10.0.0.1/token"}
    assert refused(secret=None, managed_identity=elsewhere) == [
        ("managed_identity.endpoint", "write ${IDENTITY_ENDPOINT}, or leave it out")
    ]
    assert refused(True, secret=None, managed_identity=elsewhere) == [
        (
            "managed_identity.endpoint",
            "development reaches loopback only; write a stand-in's address here",
        )
    ]


@pytest.mark.parametrize(
    ("url", "lawful"),
    [
        ("https://smba.trafficmanager.net/emea/", True),
        ("https://smba.trafficmanager.net:443/emea", True),
        ("https://smba.infra.gcc.teams.microsoft.com/teams", True),
        (f"{LOOPBACK}/connector", True),
        (f"{LOOPBACK}/connector/emea/", True),
        (f"{LOOPBACK}/connectors", False),
        ("http://smba.trafficmanager.net/emea/", False),
        ("https://smba.trafficmanager.net.example.com/", False),
        ("https://smba.trafficmanager.net@example.com/", False),
        ("https://me@smba.trafficmanager.net/", False),
        ("https://smba.trafficmanager.net:8443/", False),
        ("https://smba.trafficmanager.net:none/", False),
        ("https://smba.infra.gov.teams.microsoft.us/teams", False),
        ("https://[", False),
        ("", False),
    ],
)
def test_token_goes_to_the_clouds_own_hosts_alone(url: str, lawful: bool) -> None:
    assert is_service(url, Cloud.PUBLIC, STAND_IN["connector"]) is lawful
