"""The phones in a real browser: seen with axe at two sizes, and used without scripts."""

import shutil
from collections.abc import AsyncIterator

import msgspec
import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, async_playwright, expect

from outcomes.messaging.gateways.gateway import OutboundSms
from outcomes.messaging.gateways.twilio import TwilioGateway
from tests.messaging.serving import ACCOUNT, TOKEN, ServedHandset, served_handset, until

PHONE, SENDER, OTHER_SENDER = "+447700900123", "+447700900001", "+447700900002"
WORDS = "Hi, how are things? Reply 1 fine, 2 not so good, 3 please call"
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
)


@pytest.fixture
async def served() -> AsyncIterator[ServedHandset]:
    async with served_handset() as found:
        yield found


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    chromium = shutil.which("chromium")
    assert chromium is not None, "These tests need chromium on PATH."
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=chromium, args=FLAGS.split())
        yield launched
        await launched.close()


def fill(served: ServedHandset) -> None:
    """Two senders on one phone, both ways, a reply that was refused, and another script."""
    phones = served.handset.phones
    for sender in (SENDER, OTHER_SENDER):
        phones.accept(phone=PHONE, sender=sender, body=WORDS, callback=None, validity=600)
    phones.write(phone=PHONE, sender=SENDER, body="w" * 300).status = "not taken"
    phones.write(phone="+447700900456", sender=SENDER, body="أنا بخير\nشكرا").status = "taken"


@pytest.mark.parametrize("size", [(360, 740), (1280, 800)])
async def test_every_page_is_accessible_fits_and_asks_nobody_else(
    served: ServedHandset, browser: Browser, size: tuple[int, int]
) -> None:
    page = await browser.new_page(viewport={"width": size[0], "height": size[1]})
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on(
        "request",
        lambda request: (
            complaints.append(request.url) if not request.url.startswith(served.url) else None
        ),
    )
    await look(page, f"{served.url}/", size[0])
    await look(page, f"{served.url}/phones/447700900999", size[0])
    fill(served)
    for path in ("/", "/list?current=447700900123", "/phones/447700900123", "/phones/447700900456",
                 "/phones/447700900123/thread"):  # fmt: skip
        await look(page, served.url + path, size[0])
    assert complaints == []
    await page.close()


async def look(page: Page, url: str, width: int) -> None:
    await page.goto(url)
    found = await Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert await page.evaluate("document.documentElement.scrollWidth") <= width


async def test_a_text_appears_while_a_reply_is_half_typed_and_the_reply_goes_out(
    served: ServedHandset, browser: Browser
) -> None:
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    message = OutboundSms(PHONE, SENDER, WORDS, f"{served.public_url}/?t=1", 600)
    gateway = TwilioGateway(ACCOUNT, TOKEN, base_url=served.url)
    await gateway.send(message)
    await page.goto(served.url)
    listed = page.frame_locator("iframe[title^='Phones with texts']")
    await listed.get_by_role("link", name="+44 7700 900123").click()
    thread = page.frame_locator("iframe[title='Texts on this phone']")
    await expect(thread.get_by_text(WORDS)).to_be_visible()
    await page.get_by_label("Your reply").fill("half typ")
    await gateway.send(msgspec.structs.replace(message, body="A second one"))
    await expect(thread.get_by_text("A second one")).to_be_visible(timeout=15_000)
    await expect(page.get_by_label("Your reply")).to_have_value("half typ")
    await page.get_by_role("button", name="Send").click()
    await expect(thread.get_by_text("half typ")).to_be_visible()
    await page.get_by_role("button", name="1", exact=True).click()
    await expect(thread.get_by_text("1", exact=True)).to_be_visible()
    await until(lambda: [text.status for text in served.handset.phones.texts[2:]] == ["taken"] * 2)
    inbound = [call for call in served.product.received if call.path.endswith("/inbound")]
    assert [call.form()["Body"] for call in inbound] == ["half typ", "1"]
    await gateway.close()
    await context.close()


async def test_enter_in_the_number_box_sends_what_was_typed_and_no_quick_reply(
    served: ServedHandset, browser: Browser
) -> None:
    page = await browser.new_page()
    await page.goto(f"{served.url}/phones/447700900123")
    await page.get_by_label("Your reply").fill("hello there")
    await page.get_by_label("To", exact=True).fill("07700 900001")
    await page.keyboard.press("Enter")
    await until(lambda: len(served.handset.phones.texts) == 1)
    text = served.handset.phones.texts[0]
    assert (text.sender, text.body) == (SENDER, "hello there")
    await page.close()


async def test_a_phone_that_was_open_before_its_first_text_answers_it(
    browser: Browser, served: ServedHandset
) -> None:
    page = await browser.new_page(java_script_enabled=False)
    await page.goto(f"{served.url}/phones/447700900123")
    phones = served.handset.phones
    phones.accept(phone=PHONE, sender=SENDER, body=WORDS, callback=None, validity=None)
    await page.get_by_role("button", name="1", exact=True).click()
    await until(lambda: len(phones.texts) == 2)
    assert (phones.texts[1].sender, phones.texts[1].body) == (SENDER, "1")
    await page.close()
