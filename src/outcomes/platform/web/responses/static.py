"""Style sheets and icons, in memory, addressed by their content and cached for ever."""

import base64
import gzip
import hashlib
import mimetypes
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec
from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from outcomes.errors import NotFound, SettingsError

FOLDER = Path(__file__).parents[1] / "static"
_FOR_EVER = "public, max-age=31536000, immutable"
_ALREADY_PACKED = ("image/png", "font/woff2")


class Asset(msgspec.Struct, frozen=True):
    """One file: what it is called in an address, and what it holds."""

    served_as: str
    content: bytes
    packed: bytes | None
    media_type: str
    integrity: str


class _Vendored(msgspec.Struct, frozen=True):
    file: str
    integrity: str


class Assets:
    """Every file below `folder`, by its logical name (`app.css`, and the names in the manifest)."""

    def __init__(self, assets: Mapping[str, Asset]) -> None:
        self.by_name = assets
        self.by_address = {asset.served_as: asset for asset in assets.values()}

    @classmethod
    def load(cls, folder: Path = FOLDER) -> "Assets":
        """Raises SettingsError when the vendored files were not built."""
        own = {file.name: _asset(file.name, file) for file in sorted(folder.glob("*.*"))}
        return cls({**own, **dict(_vendored(folder / "vendor"))})

    def url(self, name: str) -> str:
        """The address of a file. Raises KeyError for an unknown name."""
        return f"/static/{self.by_name[name].served_as}"

    def integrity(self, name: str) -> str:
        """The value of an `integrity` attribute."""
        return self.by_name[name].integrity

    def handler(self) -> HTTPRouteHandler:
        """The route that serves them."""

        @get("/static/{name:str}", public=True, include_in_schema=False)
        async def static(
            request: Request[object, object, State], name: FromPath[str]
        ) -> Response[bytes]:
            asset = self.by_address.get(name)
            if asset is None:
                raise NotFound
            packed = "gzip" in request.headers.get("accept-encoding", "")
            return _response(asset, asset.packed if packed else None)

        return static


def _vendored(folder: Path) -> Iterator[tuple[str, Asset]]:
    manifest = folder / "manifest.json"
    if not manifest.exists():
        raise SettingsError(
            "The style sheets are not built: run `python -m outcomes.local.assets`."
        )
    entries = msgspec.json.decode(manifest.read_bytes(), type=dict[str, _Vendored])
    for name, entry in entries.items():
        yield name, _asset(name, folder / entry.file)


def _asset(name: str, file: Path) -> Asset:
    content = file.read_bytes()
    digest = hashlib.sha384(content)
    media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    stem, _, suffix = name.replace("/", "-").rpartition(".")
    return Asset(
        served_as=f"{stem}.{digest.hexdigest()[:12]}.{suffix}",
        content=content,
        packed=None if media_type in _ALREADY_PACKED else gzip.compress(content, mtime=0),
        media_type=media_type,
        integrity=f"sha384-{base64.b64encode(digest.digest()).decode()}",
    )


def _response(asset: Asset, packed: bytes | None) -> Response[bytes]:
    headers = {"Cache-Control": _FOR_EVER, "Vary": "Accept-Encoding"}
    if packed is not None:
        headers["Content-Encoding"] = "gzip"
    return Response(packed or asset.content, media_type=asset.media_type, headers=headers)
