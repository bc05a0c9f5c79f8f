"""From signing in to a spreadsheet, on a phone without scripts, with every page looked at."""

from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
from playwright.async_api import Browser, expect

from tests.journeys.browsing import PhoneUser, phone_user
from tests.journeys.staging import Stage
from tests.moment import now

PHONE = "07700 900123"
DIGITS = "447700900123"
CLOSED_PHONE = "07700 900124"
CLOSED_DIGITS = "447700900124"
SEND = "Send the next message now"
WORDS = "Hi, how are things? Reply 1 fine, 2 not so good, 3 please call"


async def test_the_whole_work(
    chromium: Browser, stage: Stage, shots: Path, somebody: PhoneUser, tmp_path: Path
) -> None:
    async with phone_user(chromium, shots) as admin:
        await sign_in(admin, stage, "admin")
        for name, path in (("staff", "/staff"), ("staff-wording", "/staff/wording")):
            await admin.page.goto(stage.product + path)
            await admin.look(name)
    worker = somebody
    await worker.page.goto(stage.product)
    await worker.look("sign-in")
    await sign_in(worker, stage, "worker")
    await worker.look("today")
    for section, path in (("people", "/people"), ("register", "/people/register")):
        await worker.page.goto(stage.product + path)
        await worker.look(section)
    await register(worker, "First Person", PHONE)
    await say_what_is_safe(worker)
    await enrol(worker)
    person = worker.page.url.removesuffix("/schedule")
    await assess(worker, person)
    await text_and_answers(chromium, worker, stage, shots, person)
    await check_in_from_today(worker, person)
    await miss_a_call(worker, person)
    await review(worker, person)
    async with phone_user(chromium, shots) as lead:
        await sign_in(lead, stage, "lead")
        await export(lead, stage, tmp_path)


async def test_nothing_is_sent_while_the_window_is_closed(
    chromium: Browser, stage: Stage, shots: Path, somebody: PhoneUser
) -> None:
    worker = somebody
    await sign_in(worker, stage, "worker")
    await register(worker, "Second Person", CLOSED_PHONE)
    await worker.choose("When is it safe?", "The same hours every day")
    opens = 6 if now().astimezone(ZoneInfo("Europe/London")).hour >= 12 else 20
    await worker.page.locator("[id=daily]").fill(f"{opens:02}:00")
    await worker.page.locator("[id='daily.until']").fill(f"{opens + 1:02}:00")
    await worker.tick("We may text")
    await worker.button("Save what they said")
    await worker.headed("Enrol")
    await worker.button("Enrol and plan")
    await worker.headed("Schedule")
    await expect(worker.page.get_by_text("No text can be sent now")).to_be_visible()
    await expect(worker.page.get_by_role("button", name=SEND)).to_have_count(0)
    await worker.look("closed-schedule")
    await worker.page.goto(worker.page.url.removesuffix("/schedule"))
    await expect(worker.page.get_by_text("No text can be sent now")).to_be_visible()
    await worker.look("closed-person")
    async with phone_user(chromium, shots) as phone:
        await phone.page.goto(f"{stage.phones}/phones/{CLOSED_DIGITS}/thread")
        await expect(phone.page.get_by_text("No texts on this phone yet")).to_be_visible()


async def sign_in(user: PhoneUser, stage: Stage, name: str) -> None:
    await user.page.goto(stage.product)
    await user.write("Sign-in name", name)
    await user.write("Password", stage.password)
    await user.button("Sign in")
    await user.page.get_by_role("navigation", name="Main").wait_for()


async def register(worker: PhoneUser, name: str, phone: str) -> None:
    await worker.link("People")
    await worker.link("Register")
    await worker.choose("Are they 18 or over?", "Yes")
    await worker.tick("I have told them that this is not an emergency line")
    await worker.write("Name", name)
    await worker.page.get_by_label("Language they read best").select_option("en")
    exit_on = now().date() - timedelta(days=60)
    for part in ("day", "month", "year"):
        await worker.write(part.title(), str(getattr(exit_on, part)))
    for answer in ("call", "sms"):
        await worker.page.locator(f"[name=agrees_to][value={answer}]").check(force=True)
    await worker.write("Mobile number (optional)", phone)
    await worker.button("Register")
    await worker.headed("Safe contact")


async def say_what_is_safe(worker: PhoneUser) -> None:
    await worker.look("safe-contact")
    await worker.choose("When is it safe?", "Any time, every day")
    await worker.tick("We may call")
    await worker.tick("We may text")
    await worker.button("Save what they said")
    await worker.headed("Enrol")


async def enrol(worker: PhoneUser) -> None:
    await worker.look("enrol")
    await worker.button("Enrol and plan")
    await worker.headed("Schedule")
    await worker.look("schedule")


async def assess(worker: PhoneUser, person: str) -> None:
    """Eight areas of need, then six domains, one answer each."""
    await worker.page.goto(f"{person}/needs")
    await worker.look("needs")
    areas = worker.page.get_by_role("group", name="Level", exact=True)
    assert await areas.count() == 8
    for level, area in enumerate(await areas.all()):
        await area.get_by_role("radio").nth(level % 3).check()
    await worker.button("Save needs")
    await worker.headed("Progress")
    for score, days_ago in ((0, 60), (3, 0)):
        await worker.page.goto(f"{person}/outcomes")
        await worker.look("outcomes")
        await worker.write("Assessed on", str(now().date() - timedelta(days_ago)))
        await worker.page.get_by_role("group", name="Why now?").get_by_role("radio").first.check()
        questions = worker.page.locator("[id=answers] fieldset")
        for number, question in enumerate(await questions.all()):
            await question.get_by_role("radio").nth(min(number % 3 + score, 3)).check()
        await worker.button("Save outcomes")
        await worker.headed("Progress")
    await worker.look("progress")


async def text_and_answers(
    chromium: Browser, worker: PhoneUser, stage: Stage, shots: Path, person: str
) -> None:
    """A text goes out at a tap, twice; a digit and then words come back."""
    async with phone_user(chromium, shots) as phone:
        await phone.page.goto(f"{stage.phones}/phones/{DIGITS}")
        texts = phone.page.frame_locator("iframe[title='Texts on this phone']").get_by_text(WORDS)
        await worker.page.goto(f"{person}/schedule")
        await worker.button(SEND)
        await worker.page.get_by_text("The message goes out within seconds.").wait_for()
        await worker.look("person-sent")
        await expect(texts).to_have_count(1, timeout=15_000)
        await phone.look("phone")
        await phone.button("1")
        await worker.until(worker.page.get_by_text("Answered our text"))
        await phone.write("Your reply", "I start a new job on Monday")
        await phone.button("Send")
    await worker.page.goto(f"{stage.product}/inbox")
    await worker.until(worker.page.get_by_text("I start a new job on Monday"))
    await worker.look("inbox")
    await worker.row("I start a new job on Monday").get_by_role("link").first.click()
    await worker.look("message")


async def check_in_from_today(worker: PhoneUser, person: str) -> None:
    """Six taps at most from Today until it is saved, with a day for the next contact."""
    await worker.page.goto(person)
    reference = await worker.page.get_by_role("heading", level=1).inner_text()
    await worker.page.goto(person.partition("/people")[0])
    worker.taps = 0
    await worker.tap(worker.row(reference.split()[0]).get_by_role("link", name="Log"))
    await worker.choose("How are they?", "Fine")
    await worker.choose("Next contact (optional)", "In 3 days")
    await worker.button("Save")
    await worker.page.get_by_text("Check-in saved.").wait_for()
    assert worker.taps <= 6
    await worker.page.goto(f"{person}/check-in")
    await worker.look("check-in")


async def miss_a_call(worker: PhoneUser, person: str) -> None:
    await worker.page.goto(f"{person}/no-answer")
    await worker.look("no-answer")
    await worker.choose("What happened?", "No answer")
    await worker.choose("Why, as far as you know?", "At work")
    await worker.button("Save")
    await worker.page.get_by_text("No answer: at work").wait_for()


async def review(worker: PhoneUser, person: str) -> None:
    await worker.page.goto(f"{person}/review")
    await worker.look("review")
    await worker.write("What has changed?", "A job, and a quieter room.")
    await worker.choose("Decision", "Continue")
    await worker.button("Complete review")
    await worker.page.get_by_text("Review: continue").wait_for()
    await worker.page.goto(person)
    await worker.look("person")


async def export(lead: PhoneUser, stage: Stage, folder: Path) -> None:
    """The workbook. The password counts for five minutes, so the page that asks again is called."""
    await lead.look("today-lead")
    await lead.link("Team")
    await lead.look("team")
    await lead.link("Results")
    await lead.look("results")
    figures = lead.page.url.removeprefix(stage.product)
    await lead.page.goto(f"{stage.product}/confirm-password?next={figures}/export")
    await lead.look("confirm-password")
    await lead.write("Password", stage.password)
    await lead.button("Continue")
    await lead.headed("Export figures")
    await lead.look("export")
    await lead.choose("Kind of file", "Spreadsheet")
    await lead.write("What is it for?", "Report to the board")
    await lead.button("Create export")
    await lead.until(lead.page.get_by_role("heading", name="Your export is ready"))
    await lead.look("export-ready")
    async with lead.page.expect_download() as download:
        await lead.link("Download")
    await (await download.value).save_as(folder / "results.xlsx")
    book = openpyxl.load_workbook(folder / "results.xlsx")
    assert len(book.sheetnames) >= 3
