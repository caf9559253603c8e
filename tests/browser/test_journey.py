"""The whole way of one idea, in a real browser: challenge → application → scores → decision → programme → pilot.

Once with JavaScript and once without: nothing essential may need it.
"""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO
from zoneinfo import ZoneInfo

import pikepdf
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server

ORGANIZER, JUROR, OTHER_JUROR = "Otso Lehmusvaara", "Jarno Viitakoski", "Pirjo Hakamäki-Salo"
COMPANY, COMPANY_NAME = "Roni Jokiluoma", "Kevytkuorma Oy"
OWNER = "Tiina Peltorinne"
HELSINKI = ZoneInfo("Europe/Helsinki")


def day(days: int) -> str:
    at = datetime.now(HELSINKI) + timedelta(days=days)
    return f"{at.day}.{at.month}.{at.year}"


def fill(page: Page, **values: str) -> None:
    """Write into the fields of these names; choose in selects by the words shown."""
    for name, value in values.items():
        field = page.locator(f"main [name='{name}']").first
        if field.evaluate("element => element.tagName") == "SELECT":
            field.select_option(label=value)
        else:
            field.fill(value)


def press(page: Page, words: str) -> None:
    """Press a button or follow a link of these words, and answer yes when it asks first."""
    main = page.locator("main")
    target = main.get_by_role("button", name=words, exact=True).or_(main.get_by_role("link", name=words, exact=True))
    target.first.click()
    asked = page.locator("dialog[open] button[value=yes]")
    if asked.count():
        asked.click()
    page.wait_for_load_state()
    sure = page.locator("main form:has(input[name=confirmed]) button[type=submit]").first
    if sure.count():
        sure.click()
        page.wait_for_load_state()


def tab(page: Page, words: str) -> None:
    page.locator("nav.subnav").get_by_role("link", name=re.compile(f"^{words}")).click()


def set_dates(organizer: Page, event: str, **dates: int) -> None:
    """Move the dates of the event to so many days from today."""
    organizer.goto(f"{event}/edit")
    for name, days in dates.items():
        fill(organizer, **{f"{name}_date": day(days), f"{name}_time": "0.00"})
    press(organizer, "Save")


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "no-javascript"])
def test_from_a_challenge_to_a_pilot(  # noqa: PLR0915  a journey is long, and told in one go
    demo_server: Server, open_as: Callable[..., Page], javascript: bool
) -> None:
    name = f"Kipinä {'A' if javascript else 'B'}"

    # The organizer makes the event, a challenge and the criteria, and publishes.
    organizer = open_as(ORGANIZER, javascript=javascript)
    organizer.goto("/en/organizer/tampere/events")
    press(organizer, "New event")
    fill(organizer, name_fi=name, name_sv=name, name_en=name)
    press(organizer, "Begin")
    event = re.sub(r"(/events/\d+).*", r"\1", organizer.url)
    organizer.goto(f"{event}/edit")
    fill(organizer, summary_fi="Yksi haaste", summary_sv="En utmaning", place_fi="Vapriikki", place_sv="Vapriikki")
    press(organizer, "Save")
    dates = {"call_opens_at": -2, "call_closes_at": 9, "jury_opens_at": 10, "day_starts_at": 40, "day_ends_at": 41}
    set_dates(organizer, event, **dates)
    organizer.goto(f"{event}/challenges/new")
    fill(
        organizer, title_fi="Talvinen katu", title_sv="En vintergata", title_en="A street in winter",
        need_fi="Kadut ovat liukkaita.", need_sv="Gatorna är hala.", need_en="Streets are slippery.",
        owner_person=OWNER,
    )  # fmt: skip
    organizer.locator("main [name='owner_unit']").select_option(index=1)
    press(organizer, "Save")
    organizer.goto(f"{event}/criteria")
    press(organizer, "Use the default criteria")
    organizer.goto(f"{event}/publication")
    press(organizer, "Publish the event")
    organizer.goto(event)
    expect(organizer.locator("main")).to_contain_text("Call open")

    # A company finds it and applies.
    company = open_as(COMPANY, javascript=javascript)
    company.goto("/en/tampere")
    company.get_by_role("link", name="A street in winter").first.click()
    company.get_by_role("link", name="Apply to this challenge").click()
    press(company, "Begin the application")
    fill(
        company, title=f"Hiekka joka pysyy {name}", solution="Hiekka pysyy.", fit="Kyllä.", evidence="Kaksi talvea.",
        pilot="Kolme katua.", from_city="Kadut.", price="9 000 €", team="Kaksi ihmistä.",
    )  # fmt: skip
    press(company, "Check and send")
    press(company, "Send the application")
    expect(company.locator("main")).to_contain_text("Received")
    application = company.url.split("?")[0].removesuffix("/receipt")

    # The call closes, the jury is seated and scores.
    set_dates(organizer, event, call_closes_at=-1, jury_opens_at=-1)
    organizer.goto(f"{event}/panel")
    for juror in (JUROR, OTHER_JUROR):
        select = organizer.locator("main [name='person']")
        option = select.locator("option", has_text=juror).first
        if option.count():
            select.select_option(value=option.get_attribute("value"))
        else:
            address = juror.lower().replace("ä", "a").replace(" ", ".")
            fill(organizer, email=f"{address}@tampere.example.org", name=juror)
        press(organizer, "Add to the jury")
    press(organizer, "Everyone reads all")
    for juror, score in ((JUROR, 8), (OTHER_JUROR, 7)):
        reader = open_as(juror, javascript=javascript)
        reader.goto("/en/jury")
        reader.get_by_role("link", name=COMPANY_NAME).first.click()
        press(reader, "No: read and score")
        for step in reader.locator(f"main input[type=radio][value='{score}']").all():
            step.focus()
            reader.keyboard.press("Space")
        sheet = reader.url
        reader.locator("main button[name=step][value=next]").first.click()
        reader.wait_for_url(lambda url, sheet=sheet: url != sheet)  # type: ignore[misc]

    # Results, decision, signature.
    organizer.goto(f"{event}/results")
    expect(organizer.locator("main")).to_contain_text("7.5")
    organizer.goto(f"{event}/decisions")
    organizer.get_by_role("link", name=COMPANY_NAME).first.click()
    organizer.locator("main input[name=outcome][value=invite]").focus()
    organizer.keyboard.press("Space")
    fill(organizer, reasons="Tervetuloa pitchaamaan.")
    press(organizer, "Save")
    organizer.goto(f"{event}/decisions")
    press(organizer, "Read the mails and sign")
    press(organizer, "Sign the decisions")
    company.goto(application)
    expect(company.locator("main")).to_contain_text("Invited to pitch")
    press(company, "We are coming")

    # The programme is laid out and released, and the PDF is made by the worker.
    organizer.goto(f"{event}/programme/places/new")
    fill(organizer, name_fi="Sali", name_sv="Salen", name_en="Hall")
    press(organizer, "Save")
    organizer.goto(f"{event}/programme/pitches")
    fill(organizer, starts_date=day(40), starts_time="9.00", length="8", pause="2", place="Hall")
    press(organizer, "Show the times")
    press(organizer, "Put these into the programme")
    organizer.goto(f"{event}/programme/releases/new")
    fill(organizer, name="1.0")
    press(organizer, "Release the programme")
    demo_server.kipina("worker", "--once")
    slug = name.lower().replace("ä", "a").replace(" ", "-")
    public = open_as(javascript=javascript)
    public.goto(f"/en/tampere/{slug}/programme")
    expect(public.locator("main")).to_contain_text(COMPANY_NAME)
    answer = public.request.get(f"/en/tampere/{slug}/programme.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    with pikepdf.open(BytesIO(answer.body())) as pdf:
        assert len(pdf.pages) >= 2

    # The day is held; the case is opened and taken to a pilot.
    set_dates(organizer, event, day_starts_at=-1, day_ends_at=0)
    organizer.goto(f"{event.replace('/organizer/', '/procurement/')}/opening")
    fill(organizer, next_step="Sovitaan tapaaminen", next_step_on=day(7))
    press(organizer, "Look them over")
    expect(organizer.locator("main")).to_contain_text("The cases are open")
    organizer.locator("main").get_by_role("link", name=COMPANY_NAME).first.click()
    organizer.wait_for_url(re.compile(r"/cases/\d+"))
    case = organizer.url.split("?")[0]
    organizer.goto(f"{case}/stage?to=pilot")
    fill(
        organizer, pilot_metric="Liukastumiset", pilot_baseline="40", pilot_ends_on=day(120),
        next_step="Levitetään hiekka", next_step_on=day(14),
    )  # fmt: skip
    press(organizer, "Move the case")
    organizer.goto(case)
    expect(organizer.locator("[aria-current=step]")).to_contain_text("Pilot")
    company.goto(application)
    expect(company.locator("main")).to_contain_text("Pilot")
