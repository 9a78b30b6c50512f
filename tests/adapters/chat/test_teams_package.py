"""The app package: what an administrator uploads to Teams, held to Microsoft's schema."""

import io
import json
import struct
import zipfile
from typing import Any

import pytest

from adapters.chat.teams.package import LISTED, App, manifest, package
from chatops.text import LANGUAGES, Words

APP = App("3c1d3b0e-6d0f-4c57-9a6b-0d2f3f7f6a11", "https://care.example.com", "Aozora Outdoor")


def bot(made: dict[str, Any]) -> Any:
    return made["bots"][0]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("targeted", [False, True])
def test_manifest_lists_twelve_commands_where_they_are_offered(
    language: str, targeted: bool
) -> None:
    app = App(APP.app_id, APP.url, APP.company, targeted=targeted)
    made = bot(manifest(app, language, "care", Words()))
    (listed,) = made["commandLists"]
    titles = [command["title"] for command in listed["commands"]]
    assert len(titles) == len(set(titles)) == len(LISTED) == 12
    assert titles[:2] == ["care", "care-report"]
    assert titles[3] == {"en": "claim", "ja": "担当"}[language]
    assert listed["triggers"] == (["mention", "slash"] if targeted else ["mention"])
    assert made["supportsTargetedMessages"] is targeted


def test_consent_to_read_threads_is_asked_for_only_where_it_is_wanted() -> None:
    without = manifest(APP, "en", "care", Words())
    assert not {"authorization", "webApplicationInfo"} & without.keys()
    app = App(APP.app_id, APP.url, APP.company, reads_threads=True)
    made = manifest(app, "en", "care", Words())
    assert made["webApplicationInfo"] == {"id": APP.app_id}
    assert made["authorization"]["permissions"]["resourceSpecific"] == [
        {"name": "ChannelMessage.Read.Group", "type": "Application"}
    ]


def test_app_keeps_its_id_from_version_to_version() -> None:
    newer = App(APP.app_id, APP.url, APP.company, version="1.1.0")
    first, second = (manifest(app, "en", "care", Words()) for app in (APP, newer))
    assert first["id"] == second["id"] != APP.app_id
    assert (first["version"], second["version"]) == ("1.0.0", "1.1.0")


@pytest.mark.parametrize(
    ("app", "fault"),
    [
        (App("nobody", APP.url, APP.company), 'bots/0/botId: "nobody"'),
        (App(APP.app_id, "care.example.com", APP.company), "developer/websiteUrl"),
    ],
)
def test_what_microsofts_schema_refuses_is_named(app: App, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        manifest(app, "en", "care", Words())


def test_package_holds_the_manifest_and_icons_of_the_wanted_sizes() -> None:
    with zipfile.ZipFile(io.BytesIO(package(APP, "ja", "care", Words()))) as archive:
        assert sorted(archive.namelist()) == ["color.png", "manifest.json", "outline.png"]
        written = json.loads(archive.read("manifest.json"))
        assert written == manifest(APP, "ja", "care", Words())
        sizes = {
            icon: struct.unpack(">II", archive.read(icon)[16:24])
            for icon in written["icons"].values()
        }
    assert sizes == {"color.png": (192, 192), "outline.png": (32, 32)}
