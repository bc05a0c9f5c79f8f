"""Somebody at work with the product: pages, forms and JSON over real HTTP, in a session."""

import re
from typing import Any
from uuid import UUID, uuid4

import httpx

PASSWORD = "four practice words together"
_COOKIE = re.compile(r"__Host-outcomes=([^;]+)")
_CSRF = re.compile(r'name="csrf" value="([^"]+)"')


class StaffBrowser(httpx.Client):
    """A browser that says what it wanted when something is refused."""

    def __init__(self, url: str) -> None:
        super().__init__(
            base_url=url, headers={"Sec-Fetch-Site": "same-origin"}, timeout=30, trust_env=False
        )

    def use_link(self, link: str) -> None:
        """Use a sign-in link, and choose the password."""
        self._signed_in(
            self.post(f"/sign-in/link/{link}", data={"password": PASSWORD, "again": PASSWORD})
        )

    def sign_in(self, name: str) -> None:
        """With name and password."""
        self._signed_in(self.post("/sign-in", data={"sign_in_name": name, "password": PASSWORD}))

    def fill(self, path: str, **fields: Any) -> httpx.Response:
        """A form, as the page would send it."""
        return done(self.post(path, data={"idempotency_key": str(uuid4()), **fields}))

    def create(self, path: str, body: Any = None) -> Any:
        """JSON to the API; returns the resource."""
        key = {"Idempotency-Key": str(uuid4())}
        return done(self.post(f"/api/v1/{path}", json=body or {}, headers=key)).json()

    def read(self, path: str) -> Any:
        """JSON from the API."""
        return done(self.get(f"/api/v1/{path}")).json()

    def _signed_in(self, answer: httpx.Response) -> None:
        """The cookie is for https only, so a client that obeys would not send it here."""
        found = _COOKIE.search(done(answer).headers.get("set-cookie", ""))
        assert found, answer.text
        self.headers["Cookie"] = f"__Host-outcomes={found[1]}"
        csrf = _CSRF.search(self.get("/account").text)
        assert csrf
        self.headers["X-CSRF-Token"] = csrf[1]


def done(answer: httpx.Response) -> httpx.Response:
    """The answer, which must not be a refusal."""
    assert answer.status_code < 400, (answer.request.method, str(answer.url), answer.text[-900:])
    return answer


def link_on(page: httpx.Response) -> str:
    """The single-use link that this page shows."""
    found = re.search(r"/sign-in/link/([\w-]+)", page.text)
    assert found, page.text
    return found[1]


def id_after(page: httpx.Response, words: str) -> UUID:
    """The id behind the choice that says this."""
    choice = rf'value="([0-9a-f-]{{36}})"(?:(?!value=).)*?{re.escape(words)}'
    found = re.search(choice, page.text, re.DOTALL)
    assert found, page.text
    return UUID(found[1])
