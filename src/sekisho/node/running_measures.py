"""Which measures of a risk assessment are in force here, as far as the configuration shows."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sekisho.node.opening import Node
from sekisho.office.accounts.sign_in_rules import REQUIRED
from sekisho.office.transfers.policy import NOT_DISARMED, Policy

Ends = tuple[str, str]
NOT_KNOWN = "base: estimate"


@dataclass(frozen=True)
class Standing:
    """Whether a measure is in force (None: the configuration does not say), and who says so."""

    in_force: bool | None
    source: str


def standings(node: Node, policies: Mapping[Ends, Policy]) -> dict[str, Standing]:
    """By measure. What is not named here cannot be seen from a node at all."""
    settings = node.settings
    return {
        "approval": _approval(node.name, policies),
        "recheck": _recheck(node.name, policies),
        "key_erase": Standing(
            settings.rotate_hours > 0, f"sekisho.toml vault.rotate_hours={settings.rotate_hours}"
        ),
        "mfa": _mfa(node),
        "backup": _backup(node),
    }


def in_force(found: Mapping[str, Standing], base: Collection[str]) -> list[str]:
    """The measures shown to be in force, and those of the base of which nothing is known."""
    assumed = [name for name in base if name not in found or found[name].in_force is None]
    return sorted({*(name for name, one in found.items() if one.in_force), *assumed})


def disarms_all(policy: Policy) -> bool:
    """Whether no kind of file passes a route as it is (exceptions with an end apart)."""
    return "*" in policy.disarm and NOT_DISARMED not in policy.disarm.values()


def _approval(name: str, policies: Mapping[Ends, Policy]) -> Standing:
    """On every route that leads out, before anything leaves."""
    ours = [one for (sender, _), one in policies.items() if sender == name]
    if not ours:
        return Standing(None, NOT_KNOWN)
    holds = all(one.needed > 0 and not one.may_leave_first for one in ours)
    return Standing(holds, f"routes from {name}: approvals, timing")


def _recheck(name: str, policies: Mapping[Ends, Policy]) -> Standing:
    """On every route that leads here; what a peer does with what we send is its own affair."""
    ours = [one for (_, receiver), one in policies.items() if receiver == name]
    if not ours:
        return Standing(None, NOT_KNOWN)
    return Standing(all(disarms_all(one) for one in ours), f"routes to {name}: disarm")


def _mfa(node: Node) -> Standing:
    """Only for the pages of this node: whoever maintains it may come in by another door."""
    mode = node.settings.sign_in.second_factor
    source = f"sekisho.toml sign_in.second_factor={mode}"
    if mode == REQUIRED:
        return Standing(True, f"{source} (pages of this node; other sign-ins: estimate)")
    return Standing(None if node.settings.oidc else False, source)


def _backup(node: Node) -> Standing:
    """A backup whose keys go elsewhere; without the setting there may be another that we miss."""
    kept = node.settings.backup
    if kept.to is None or kept.keys_to is None:
        return Standing(None, NOT_KNOWN)
    return Standing(True, "sekisho.toml backup.to, backup.keys_to")
