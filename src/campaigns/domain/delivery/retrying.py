"""How often and when a message that was refused for now is tried again. Chance comes in as an argument."""

from msgspec import Struct


class RetryPolicy(Struct, frozen=True, kw_only=True):
    """`tries` in all; the waits double from `first_wait` seconds and are spread by up to half of themselves."""

    tries: int = 3
    first_wait: float = 0.5
    longest_wait: float = 30.0

    def wait_after(self, tries_made: int, chance: float) -> float | None:
        """Seconds to wait after so many tries; None when no further try is due. `chance` lies in [0, 1)."""
        if tries_made >= self.tries:
            return None
        full: float = min(self.longest_wait, self.first_wait * 2 ** (tries_made - 1))
        return full * (1 - chance / 2)
