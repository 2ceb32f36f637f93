"""Asking a drive everything that erasing needs to know. A question without answer is named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from sekisho.erase.drives import ata, atacommands, nvme, nvmecommands, opal, scsi, scsicommands
from sekisho.erase.drives.ata import Identify
from sekisho.erase.drives.channel import NvmeChannel, ScsiChannel
from sekisho.erase.media import Ability, Answers
from sekisho.kernel.errors import SekishoError

T = TypeVar("T")


class _Questions:
    """Asks one by one and remembers which were not answered."""

    def __init__(self) -> None:
        self.unanswered: list[str] = []

    def ask(self, name: str, question: Callable[[], T]) -> T | None:
        try:
            return question()
        except (SekishoError, OSError) as failure:
            self.unanswered.append(f"{name}: {failure}")
            return None


def ask_scsi(channel: ScsiChannel) -> Answers:
    """A drive of the SCSI layer: SCSI itself, or ATA behind a translation layer or a bridge."""
    questions = _Questions()
    found = questions.ask("INQUIRY", lambda: scsi.inquiry(scsicommands.inquiry(channel)))
    if found is None:
        return Answers(unanswered=tuple(questions.unanswered))
    identified = questions.ask("IDENTIFY", lambda: ata.identify(atacommands.identify(channel)))
    if identified is not None and identified.sectors:
        return _ask_ata(channel, identified)
    if not found.is_ata:
        questions.unanswered.clear()  # That a SCSI drive is no ATA drive is not a missing answer.
    abilities = {ability for ability in _SCSI_CODES if _has(questions, channel, ability)}
    return Answers(
        model=f"{found.vendor} {found.product}".strip(),
        serial=questions.ask("VPD 80h", lambda: scsi.serial(scsicommands.page(channel, 0x80)))
        or "",
        firmware=found.revision,
        rotates=questions.ask("VPD B1h", lambda: scsi.rotates(scsicommands.page(channel, 0xB1))),
        abilities=frozenset(abilities),
        unanswered=tuple(questions.unanswered),
    )


_SCSI_CODES: dict[Ability, tuple[int, int | None]] = {
    Ability.SCSI_SANITIZE_BLOCK: (scsicommands.SANITIZE, scsicommands.SANITIZE_BLOCK),
    Ability.SCSI_SANITIZE_CRYPTO: (scsicommands.SANITIZE, scsicommands.SANITIZE_CRYPTO),
    Ability.SCSI_SANITIZE_OVERWRITE: (scsicommands.SANITIZE, scsicommands.SANITIZE_OVERWRITE),
    Ability.SCSI_FORMAT: (scsicommands.FORMAT_UNIT, None),
}


def _has(questions: _Questions, channel: ScsiChannel, ability: Ability) -> bool:
    code = _SCSI_CODES[ability]
    supported = questions.ask(
        ability.value, lambda: scsi.is_supported(scsicommands.supported(channel, *code))
    )
    return bool(supported)


def _ask_ata(channel: ScsiChannel, found: Identify) -> Answers:
    questions = _Questions()
    sectors = [found.sectors]
    if found.hpa:
        sectors.append(questions.ask("HPA", lambda: atacommands.native_sectors(channel)) or 0)
    if found.ama:
        sectors.append(questions.ask("AMA", lambda: atacommands.accessible_sectors(channel)) or 0)
    if found.dco:
        sectors.append(
            questions.ask("DCO", lambda: ata.configured_sectors(atacommands.configuration(channel)))
            or 0
        )
    was_asked = found.hpa or found.ama or found.dco
    has_answers = was_asked and not questions.unanswered
    return Answers(
        model=found.model,
        serial=found.serial,
        firmware=found.firmware,
        native_bytes=max(sectors) * found.sector_bytes if has_answers or not was_asked else None,
        rotates=found.rotates,
        abilities=found.abilities,
        locks=found.locks,
        opal=_opal_of_scsi(questions, channel) if found.trusted else "",
        unanswered=tuple(questions.unanswered),
    )


def _opal_of_scsi(questions: _Questions, channel: ScsiChannel) -> str:
    where = (opal.PROTOCOL, opal.COM_ID, opal.DISCOVERY_BYTES)
    return (
        questions.ask("Opal", lambda: opal.locking(scsicommands.discovery(channel, *where))) or ""
    )


def ask_nvme(channel: NvmeChannel) -> Answers:
    """An NVMe namespace and the drive that it belongs to."""
    questions = _Questions()
    found = questions.ask(
        "Identify Controller", lambda: nvme.controller(nvmecommands.controller(channel))
    )
    if found is None:
        return Answers(unanswered=tuple(questions.unanswered))
    active = questions.ask(
        "Active Namespace ID list", lambda: nvme.namespace_ids(nvmecommands.active(channel))
    )
    answers = Answers(
        model=found.model,
        serial=found.serial,
        firmware=found.firmware,
        unallocated_bytes=found.unallocated_bytes if found.total_bytes else None,
        namespaces=len(active) if active is not None else None,
        rotates=False,
        abilities=found.abilities,
    )
    where = (opal.PROTOCOL, opal.COM_ID, opal.DISCOVERY_BYTES)
    locking = (
        questions.ask("Opal", lambda: opal.locking(nvmecommands.discovery(channel, *where)))
        if found.security
        else ""
    )
    return replace(answers, opal=locking or "", unanswered=tuple(questions.unanswered))
