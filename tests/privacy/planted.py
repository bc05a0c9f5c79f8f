"""Fifty values that only their worker may read: names, telephone numbers and notes."""

from msgspec import Struct

PEOPLE = 14

_NAMES = (
    "Quillon Abernethy-Voss", "Ysolde Marchetti", "Đặng Thị Ngọc Ánh", "Zbigniew Wąsowski-Łęcki",
    "Oyelaran Tijesunimi", "Ardita Këlliçi", "Ștefania Bălțatu", "Mihret Gebreyesus-Haile",
    "Xiomara Quiñones", "Bartholomew Pemberwick", "Saoirse Ní Dhuibhne", "Ngozichukwuka Obiefuna",
    "Farzaneh Khorsandi", "Tuấn Kiệt Vương",
)  # fmt: skip


class Planted(Struct, frozen=True):
    """What is planted for one invented person."""

    name: str
    phone: str
    note: str
    worry: str


def people() -> list[Planted]:
    """Fourteen people with a name, a number and two notes, all unmistakable among other bytes."""
    return [
        Planted(
            name=name,
            phone=f"+4477009007{n:02d}",
            note=f"planted note {n}: the lavender kettle stands at Thistlewick {n * 37 + 11}",
            worry=f"planted worry {n}: a grey van by the Ockenby canal, {n * 53 + 7} times",
        )
        for n, name in enumerate(_NAMES[:PEOPLE])
    ]


def fifty() -> list[str]:
    """The fifty values that a search must not find: 14 names, 14 numbers, 14 notes and 8 worries."""
    planted = people()
    values = [p.name for p in planted] + [p.phone for p in planted] + [p.note for p in planted]
    values += [p.worry for p in planted[:8]]
    assert len(set(values)) == 50
    return values


def canary(place: str) -> str:
    """A value that a test writes to a place, to check that a search there finds it."""
    return f"the canary of the {place} sings"
