"""Numbers of transfers as people type them: whole, or as much as tells them apart."""

from __future__ import annotations

from sekisho.kernel.errors import Refused

WHOLE_CHARS = len("tr_") + 26


def whole_id(given: str) -> str:
    """The id that begins so. Call it at a node.

    Raises Refused SKS-T005 (none) or SKS-C028 (several).
    """
    # Here, not above: Django takes half a second, which `--help` does not have.
    from sekisho.office.transfers.queries import ids_beginning

    wanted = given.strip().lower()
    wanted = wanted if wanted.startswith("tr_") else f"tr_{wanted}"
    if len(wanted) >= WHOLE_CHARS:
        return wanted
    found = ids_beginning(wanted)
    if len(found) > 1:
        raise Refused("SKS-C028", given=given[:40], count=len(found))
    if not found:
        raise Refused("SKS-T005", transfer=given[:40])
    return found[0]
