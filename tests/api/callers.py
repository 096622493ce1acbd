"""Who knocks at the API: headers by role, alike for the fake world and for a running stack."""

from typing import Any

from sqlmodel import SQLModel

from insurance.tables import Database


class Callers:
    database: Database

    def as_(self, role: str, subject: str, **bound: Any) -> dict[str, str]:
        raise NotImplementedError

    def parent(self, subject: str = "parent-1") -> dict[str, str]:
        return self.as_("parent", subject)

    def adjuster(self, subject: str = "adj-1", insurer: str = "xiangjiang", **bound: Any) -> dict[str, str]:
        return self.as_("adjuster", subject, insurer=insurer, **bound)

    def for_route(self, route: Any, family: Any) -> dict[str, str]:
        """Somebody who may use it."""
        if "parent" in route.roles:
            return self.parent(family.subject)
        if "adjuster" in route.roles:
            return self.adjuster(lead=True)
        return self.as_(min(route.roles), f"{min(route.roles)}-1", school=family.school_code)

    async def store(self, *rows: SQLModel) -> None:
        async with self.database.transaction() as session:
            session.add_all(rows)
