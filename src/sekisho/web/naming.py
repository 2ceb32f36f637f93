"""Names for ids: people by their login, nodes by their name."""

from __future__ import annotations

from collections.abc import Iterable

from sekisho.node.opening import Node
from sekisho.node.peers import newest_directory
from sekisho.office.accounts.models import Person


class Names:
    """Looks names up once for a page; who is not registered here keeps his login."""

    def __init__(self, node: Node, logins: Iterable[str] = ()) -> None:
        wanted = set(logins)
        people = Person.objects.filter(login__in=wanted) if wanted else Person.objects.none()
        rows = people.values_list("login", "name", "division")
        self._people = {login: (name, division) for login, name, division in rows}
        directory = newest_directory(node)
        self._nodes = (
            {one: entry.title for one, entry in directory.nodes.items()} if directory else {}
        )
        self._nodes[node.name] = node.settings.title

    def person(self, login: str) -> str:
        """`佐藤 花子（税務課）`."""
        name, division = self._people.get(login, (login, ""))
        return f"{name}（{division}）" if division else name

    def node(self, name: str) -> str:
        """The title of a node."""
        return self._nodes.get(name, name)
