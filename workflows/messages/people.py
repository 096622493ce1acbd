"""Who acts: the family and staff."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Actor:
    """Who asks: a role and an id, as the token said."""

    role: str
    subject: str
    lead: bool = False

    @property
    def label(self) -> str:
        """As timelines name them: the family without an id, staff with theirs."""
        return "family" if self.role == "parent" else f"{self.role}:{self.subject}"
