"""The SQL of drop-ins and of activities."""

from uuid import UUID

from outcomes.check_ins.models import Activity, DropIn, NewActivity, NewDropIn
from outcomes.platform.access import audit
from outcomes.platform.access.caseload import AuthorisedSurvivor, caseload_args, in_caseload
from outcomes.platform.db import Transaction
from outcomes.platform.paging import Day, position_args
from outcomes.platform.sql import sql

_INSERT_DROP_IN = sql(f"""
    {audit.FOLDED}
    INSERT INTO drop_ins (provider_id, id, survivor_id, attended_on, recorded_at, recorded_by)
    VALUES (:provider_id, :drop_in_id, :survivor_id, :attended_on, :now, :actor_account_id)
    ON CONFLICT (provider_id, survivor_id, attended_on) DO NOTHING
""")


async def insert_drop_in(
    tx: Transaction, opened: AuthorisedSurvivor, drop_in_id: UUID, new: NewDropIn
) -> None:
    """One row a day: recording the same day again changes nothing."""
    await tx.execute(
        _INSERT_DROP_IN,
        **audit.opened_args(tx, opened, "drop_in.logged", "attended_on"),
        drop_in_id=drop_in_id,
        survivor_id=opened.survivor_id,
        attended_on=new.attended_on,
    )


_GET_DROP_IN_ID = sql("""
    SELECT id FROM drop_ins
    WHERE provider_id = :provider_id AND survivor_id = :survivor_id AND attended_on = :attended_on
""")


async def get_drop_in_id(tx: Transaction, survivor_id: UUID, new: NewDropIn) -> UUID:
    """The drop-in of that day."""
    drop_in_id: UUID = await tx.fetch_value(
        _GET_DROP_IN_ID, survivor_id=survivor_id, attended_on=new.attended_on
    )
    return drop_in_id


_INSERT_ACTIVITY = sql(f"""
    {audit.FOLDED}
    INSERT INTO activities (provider_id, id, survivor_id, kind, change, happened_on,
                            recorded_at, recorded_by)
    VALUES (:provider_id, :activity_id, :survivor_id, :kind, :change, :happened_on, :now,
        :actor_account_id)
""")


async def insert_activity(
    tx: Transaction, opened: AuthorisedSurvivor, activity_id: UUID, new: NewActivity
) -> None:
    await tx.execute(
        _INSERT_ACTIVITY,
        **audit.opened_args(tx, opened, "activity.logged", "kind", "change"),
        activity_id=activity_id,
        survivor_id=opened.survivor_id,
        kind=new.kind,
        change=new.change,
        happened_on=new.happened_on,
    )


_LIST_ACTIVITIES = sql(f"""
    {audit.FOLDED}
    SELECT a.id, a.kind, a.change, a.happened_on FROM activities a
    WHERE a.provider_id = :provider_id AND a.survivor_id = :survivor_id
      AND (:after_on::date IS NULL OR (a.happened_on, a.id) < (:after_on, :after_id::uuid))
    ORDER BY a.happened_on DESC, a.id DESC LIMIT :limit
""")


async def list_activities(
    tx: Transaction, opened: AuthorisedSurvivor, *, after: Day | None, limit: int
) -> list[Activity]:
    """The newest first, audited in the statement that reads them."""
    return await tx.fetch_as(
        Activity,
        _LIST_ACTIVITIES,
        **audit.opened_args(tx, opened, "activity.listed"),
        survivor_id=opened.survivor_id,
        limit=limit,
        **position_args(Day, after),
    )


_LIST_DROP_INS = sql(f"""
    SELECT d.id, d.survivor_id, d.attended_on
    FROM drop_ins d
    JOIN survivors s ON s.provider_id = :provider_id AND s.id = d.survivor_id
    WHERE d.provider_id = :provider_id AND {in_caseload("s")}
      AND (:after_on::date IS NULL OR (d.attended_on, d.id) < (:after_on, :after_id::uuid))
    ORDER BY d.attended_on DESC, d.id DESC LIMIT :limit
""")


async def list_drop_ins(tx: Transaction, *, after: Day | None, limit: int) -> list[DropIn]:
    """Those of the caller's caseload, newest first; the caller audits what it shows."""
    return await tx.fetch_as(
        DropIn, _LIST_DROP_INS, limit=limit, **position_args(Day, after), **caseload_args(tx)
    )
