"""The keys that belong to the installation and to no provider."""

from outcomes.platform.encryption.encoding import parts
from outcomes.platform.encryption.keys.derivation import digest, sub_key
from outcomes.platform.encryption.protected import Protected


class InstallationKeys:
    def __init__(self, secret: Protected[bytes]) -> None:
        self._route = sub_key(secret, "outcomes/route/v1")
        self._csrf = sub_key(secret, "outcomes/csrf/v1")

    def route_digest(self, kind: str, value: str) -> bytes:
        """32 bytes that identify a sign-in name, token or sender number, to find its provider.

        Takes any text: what is typed at sign-in may hold lone surrogates, and then finds nothing.
        """
        return digest(self._route, parts(kind.encode(), value.encode(errors="surrogatepass")))

    def csrf(self, session_token: str) -> str:
        """The form token of one session and no other, 64 hexadecimal digits."""
        return digest(self._csrf, session_token.encode(errors="surrogatepass")).hex()
