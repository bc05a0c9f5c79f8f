"""A wrapper that shows its value on request only."""

from typing import Generic, NoReturn, SupportsIndex, TypeVar

T = TypeVar("T")


class Protected(Generic[T]):
    """Wraps a value that must not appear in logs, tracebacks or encoded data.

    Prints as `<protected>` and refuses pickling and copying; msgspec and json refuse it because
    they do not know the type. Two protected values can be compared with each other.
    """

    __slots__ = ("_value",)

    def __init__(self, value: T) -> None:
        self._value = value

    def reveal(self) -> T:
        """The value itself. Keep its use short."""
        return self._value

    def __repr__(self) -> str:
        return "<protected>"

    def __format__(self, format_spec: str) -> str:
        return "<protected>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Protected) and bool(self._value == other._value)

    def __reduce_ex__(self, protocol: SupportsIndex) -> NoReturn:
        raise TypeError("A protected value cannot be pickled or copied; reveal() it first.")
