"""Whether numbered events are all there, and those that are not were said to be missing."""

__all__ = ["Ledger"]


class Ledger:
    """Books events that sources number from 0 on; a number may be missing only where the connection was another one.

    ``received`` counts them, ``said`` those missing between two epochs, and ``unsaid`` describes what must not be.
    """

    def __init__(self) -> None:
        self.received = 0
        self.said = 0
        self.unsaid: list[str] = []
        self._epoch = 0
        self._last: dict[str, tuple[int, int]] = {}

    def begin(self, epoch: int) -> None:
        """Book what follows under *epoch*."""
        self._epoch = epoch

    def saw(self, source: str, number: int) -> None:
        """Book the event of *source* with this *number*."""
        self.received += 1
        self._compare(source, number)
        self._last[source] = number, self._epoch

    def ended(self, source: str, total: int) -> None:
        """Book that *source* has sent all *total* of its events and will send no more."""
        self._compare(source, total)
        self._last.pop(source, None)

    def cut(self, source: str, total: int) -> None:
        """Book that *source* was said to be cut off before it had sent all *total* of its events."""
        last, _ = self._last.pop(source, (-1, 0))
        self.said += total - last - 1

    def _compare(self, source: str, number: int) -> None:
        last, epoch = self._last.get(source, (-1, self._epoch))
        missing = number - last - 1
        if missing > 0 and epoch != self._epoch:
            self.said += missing
        elif missing:
            self.unsaid.append(f"{source}: {number} where {last + 1} was due, in epoch {self._epoch}")
