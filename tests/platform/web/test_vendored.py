"""What set-up takes from govuk-frontend: what the manifest says, without what only gov.uk may show."""

import base64
import hashlib
import json

import pytest

from outcomes.errors import SettingsError
from outcomes.local.assets import VENDOR, own_identity


def test_the_vendored_sheet_is_what_the_manifest_says_and_asks_for_nothing() -> None:
    entry = json.loads((VENDOR / "manifest.json").read_text())["govuk-frontend.css"]
    content = (VENDOR / entry["file"]).read_bytes()
    expected = base64.b64encode(hashlib.sha384(content).digest()).decode()
    assert entry["integrity"] == f"sha384-{expected}"
    assert b".govuk-input{" in content
    for unwanted in (b"url(", b"@font-face", b"GDS Transport", b"crest", b"sourceMappingURL"):
        assert unwanted not in content


def test_typeface_and_crest_go_and_the_rest_stays() -> None:
    source = (
        "@font-face{font-family:GDS Transport;src:url(/assets/fonts/a.woff2)}"
        ".a{font-family:GDS Transport,arial,sans-serif;margin:0}"
        ".b{background-image:url(/assets/images/govuk-crest.svg);color:#0b0c0c}"
    )
    assert own_identity(source) == (".a{font-family:arial,sans-serif;margin:0}.b{color:#0b0c0c}")


def test_a_file_that_we_do_not_serve_stops_the_build() -> None:
    with pytest.raises(SettingsError):
        own_identity(".c{background:url(/assets/images/new.png)}")
