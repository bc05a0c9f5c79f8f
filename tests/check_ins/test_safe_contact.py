"""What a check-in does to safe contact: what it confirms, and what duress takes back."""

from datetime import timedelta
from uuid import UUID

from outcomes.check_ins import service
from outcomes.check_ins.models import Channel, NewCheckIn, Wellbeing
from outcomes.platform.access.caseload import authorise
from outcomes.platform.access.models import Caller
from outcomes.survivors.models import NewPhone, NotSafe, SafeContact
from outcomes.survivors.safe_contact import service as safe_contact
from outcomes.survivors.safe_contact.safety import why_not_text
from tests.support import Product, make_provider, make_survivor, make_worker, new_key


async def test_under_duress_nothing_is_confirmed(product: Product) -> None:
    worker = await make_worker(product, await make_provider(product))
    survivor_id = await make_survivor(product, worker)
    before = await _safe_contact(product, worker, survivor_id)
    new = NewCheckIn(wellbeing=Wellbeing.FINE, duress=True, safe_contact_still_right=True)
    await service.log_check_in(product.db, worker, survivor_id, new_key(worker, new), new)
    assert await _safe_contact(product, worker, survivor_id) == before


async def test_duress_at_a_visit_holds_for_a_number_they_get_later(product: Product) -> None:
    worker = await make_worker(product, await make_provider(product))
    survivor_id = await make_survivor(product, worker, phone=None)
    new = NewCheckIn(wellbeing=Wellbeing.FINE, channel=Channel.VISIT, duress=True)
    await service.log_check_in(product.db, worker, survivor_id, new_key(worker, new), new)
    phone = NewPhone("07700 900123")
    await safe_contact.change_phone(product.db, worker, survivor_id, new_key(worker, phone), phone)
    async with product.db.transaction(worker) as tx:
        opened = await authorise(tx, survivor_id)
        contactability = await safe_contact.get_contactability(tx, survivor_id)
    assert why_not_text(contactability, opened.now) is NotSafe.OPTED_OUT


async def test_what_was_said_before_the_profile_was_recorded_confirms_nothing(
    product: Product,
) -> None:
    worker = await make_worker(product, await make_provider(product))
    survivor_id = await make_survivor(product, worker)
    before = await _safe_contact(product, worker, survivor_id)
    new = NewCheckIn(
        wellbeing=Wellbeing.FINE,
        occurred_at=before.confirmed_at - timedelta(days=60),
        safe_contact_still_right=True,
    )
    await service.log_check_in(product.db, worker, survivor_id, new_key(worker, new), new)
    assert await _safe_contact(product, worker, survivor_id) == before


async def _safe_contact(product: Product, worker: Caller, survivor_id: UUID) -> SafeContact:
    found = await safe_contact.get_safe_contact(product.db, worker, survivor_id)
    assert found is not None
    return found
