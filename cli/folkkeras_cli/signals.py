"""Stop on Ctrl-C or SIGTERM after the current step; a second signal ends the process at once."""

import signal
from types import FrameType, TracebackType
from typing import Any

from folkkeras_cli.console import say

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class StopOnSignal:
    """A context in which the first signal is noted and the second has its usual effect.

    Args:
        notice: what to say at the first signal.
    """

    def __init__(self, notice: str = "stopping after this step; a second signal ends at once, without saving") -> None:
        self.notice = notice
        self.received: int | None = None
        self._before: dict[int, Any] = {}

    def __enter__(self) -> "StopOnSignal":
        self._before = {number: signal.signal(number, self._note) for number in _SIGNALS}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def requested(self) -> bool:
        """Whether a signal has arrived."""
        return self.received is not None

    @property
    def exit_code(self) -> int:
        """128 plus the signal's number, as in shells; SIGTERM's if another worker received the signal."""
        return 128 + (self.received or signal.SIGTERM)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.received = number
        for each in _SIGNALS:
            signal.signal(each, signal.SIG_DFL)
        say(self.notice)
