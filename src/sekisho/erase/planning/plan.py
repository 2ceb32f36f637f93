"""What may be done with a medium: allowed methods in order, and why the others are refused."""

from __future__ import annotations

from dataclasses import dataclass

from sekisho.erase.media import Kind, Lock, Medium
from sekisho.erase.planning.rules import AssetClass, Method, Purpose, Rule, Rules
from sekisho.kernel.speech import Pair


@dataclass(frozen=True)
class Judgement:
    """One method for one medium, class and purpose: allowed or refused, by what, and why."""

    method: Method
    allowed: bool
    why: Pair
    source: str
    edition: str
    certain: bool
    rule: str


@dataclass(frozen=True)
class Plan:
    """Every method judged; `medium` is None where only a kind of medium was asked about."""

    kind: Kind
    asset_class: AssetClass
    purpose: Purpose
    allowed: tuple[Judgement, ...]
    refused: tuple[Judgement, ...]
    medium: Medium | None = None
    remarks: tuple[Pair, ...] = ()

    @property
    def purges(self) -> bool:
        """Whether a method is left that sanitizes; else 「PURGE不可」, never a silent fallback."""
        return any(one.method.level == "purge" for one in self.allowed)

    @property
    def by_us(self) -> tuple[Judgement, ...]:
        """Allowed methods that Sekisho carries out itself."""
        return tuple(one for one in self.allowed if not one.method.by_hand)


def plan_kind(rules: Rules, kind: Kind, label: str, purpose: str) -> Plan:
    """For a kind of medium. Raises InvalidInput SKS-R021: no such class or purpose."""
    asset_class, wanted = rules.asset_class(label), rules.purpose(purpose)
    judged = [_judge(rules, kind, asset_class, wanted, one) for one in rules.methods.values()]
    allowed = sorted((one for one in judged if one.allowed), key=lambda one: _rank(rules, one))
    refused = tuple(one for one in judged if not one.allowed)
    return Plan(kind, asset_class, wanted, tuple(allowed), refused)


def plan_medium(rules: Rules, medium: Medium, label: str, purpose: str) -> Plan:
    """For an attached medium: what the drive itself cannot do is refused too.

    Raises InvalidInput SKS-R021.
    """
    general = plan_kind(rules, medium.kind, label, purpose)
    judged = [_against(rules, medium, one) for one in general.allowed]
    return Plan(
        kind=general.kind,
        asset_class=general.asset_class,
        purpose=general.purpose,
        allowed=tuple(one for one in judged if one.allowed),
        refused=(*general.refused, *(one for one in judged if not one.allowed)),
        medium=medium,
        remarks=_remarks(medium),
    )


def _judge(
    rules: Rules, kind: Kind, asset_class: AssetClass, purpose: Purpose, method: Method
) -> Judgement:
    if kind not in method.media:
        return _by_nature(rules, method, "wrong-medium")
    if purpose.keeps == "yes" and not method.keeps:
        return _by_nature(rules, method, "would-not-work")
    if purpose.keeps == "no" and method.level != "destruct":
        return _by_nature(rules, method, "not-destruction")
    for rule in rules.rules:
        if rule.names(kind, asset_class.id, purpose.id, method.id):
            return _by_rule(rules, rule, method)
    # What no rule names is refused: a gap in the data must not become a permission.
    why = ("どの規則にも挙げられていない", "no rule names it")
    return Judgement(method, False, why, rules.source.file, method.edition, False, "")


def _by_rule(rules: Rules, rule: Rule, method: Method) -> Judgement:
    certain = rule.certain and rules.editions[rule.edition].certain
    return Judgement(method, rule.allows, rule.words, rule.source, rule.edition, certain, rule.id)


def _by_nature(rules: Rules, method: Method, reason: str) -> Judgement:
    words = rules.reasons[reason]
    return Judgement(method, False, words, method.source, method.edition, True, reason)


def _rank(rules: Rules, judgement: Judgement) -> tuple[int, int]:
    """Rules in their order, methods in the order of their rule."""
    for place, rule in enumerate(rules.rules):
        if rule.id == judgement.rule:
            return place, rule.methods.index(judgement.method.id)
    return len(rules.rules), 0


def _against(rules: Rules, medium: Medium, judgement: Judgement) -> Judgement:
    method = judgement.method
    if method.abilities and not method.abilities & medium.abilities:
        return _by_nature(rules, method, "no-ability")
    if method.needs_encryption and not _software_encryption(medium):
        return _by_nature(rules, method, "not-encrypted")
    if method.passes and medium.read_only:
        return _by_nature(rules, method, "not-writable")
    return judgement


def _software_encryption(medium: Medium) -> bool:
    return any(not one.startswith("Opal") for one in medium.encryption)


def _remarks(medium: Medium) -> tuple[Pair, ...]:
    found: list[Pair] = []
    if medium.extent.hidden:
        found.append(
            (
                "隠れた領域があり、上書きでは届かない。先に解除するか、届かないことを記録する",
                "hidden areas are not reached by overwriting: lift them first or record that",
            )
        )
    if medium.extent.hidden is None:
        found.append(
            (
                "隠れた領域の有無をドライブに確かめられなかった",
                "the drive could not be asked whether it has hidden areas",
            )
        )
    if Lock.FROZEN in medium.locks:
        found.append(
            (
                "ドライブが凍結中。電源を入れ直すまで ATA SECURITY ERASE は受け付けない",
                "the drive is frozen: no ATA SECURITY ERASE until it loses power",
            )
        )
    if Lock.LOCKED in medium.locks:
        found.append(("ドライブがパスワードでロック中", "the drive is locked by a password"))
    return tuple(found)
