"""Admin commands to an NVMe drive. Source: NVM Express Base Specification 1.4."""

from __future__ import annotations

from sekisho.erase.drives import nvme
from sekisho.erase.drives.channel import SECONDS, NvmeAnswer, NvmeChannel
from sekisho.kernel.errors import Unavailable

GET_LOG, IDENTIFY, FORMAT, SECURITY_RECEIVE, SANITIZE = 0x02, 0x06, 0x80, 0x82, 0x84
_NAMESPACE, _CONTROLLER, _ACTIVE = 0, 1, 2
_SANITIZE_LOG, ALL_NAMESPACES = 0x81, 0xFFFFFFFF


def sent(
    channel: NvmeChannel,
    name: str,
    opcode: int,
    *,
    namespace: int = 0,
    dwords: dict[int, int] | None = None,
    reads: int = 0,
    seconds: int = SECONDS,
) -> NvmeAnswer:
    """One command that went well. Raises Unavailable SKS-R002 with the drive's status."""
    answer = channel.admin(opcode, namespace=namespace, dwords=dwords, reads=reads, seconds=seconds)
    if answer.status:
        raise Unavailable("SKS-R002", command=name, reason=f"status {answer.status:04X}")
    return answer


def controller(channel: NvmeChannel) -> bytes:
    """Identify Controller. Raises Unavailable SKS-R002."""
    return _identify(channel, _CONTROLLER, 0)


def namespace(channel: NvmeChannel, number: int) -> bytes:
    """Identify Namespace. Raises Unavailable SKS-R002."""
    return _identify(channel, _NAMESPACE, number)


def active(channel: NvmeChannel) -> bytes:
    """The list of active namespaces. Raises Unavailable SKS-R002."""
    return _identify(channel, _ACTIVE, 0)


def _identify(channel: NvmeChannel, structure: int, number: int) -> bytes:
    dwords = {10: structure}
    reads = nvme.IDENTIFY_BYTES
    return sent(channel, "Identify", IDENTIFY, namespace=number, dwords=dwords, reads=reads).data


def sanitize_log(channel: NvmeChannel) -> bytes:
    """Sanitize Status, log 81h. Raises Unavailable SKS-R002."""
    reads = nvme.SANITIZE_LOG_BYTES
    dwords = {10: _SANITIZE_LOG | (reads // 4 - 1) << 16}
    return sent(
        channel, "Get Log Page", GET_LOG, namespace=ALL_NAMESPACES, dwords=dwords, reads=reads
    ).data


def discovery(channel: NvmeChannel, protocol: int, com_id: int, length: int) -> bytes:
    """Security Receive: Level 0 Discovery. Raises Unavailable SKS-R002."""
    dwords = {10: protocol << 24 | com_id << 8, 11: length}
    return sent(channel, "Security Receive", SECURITY_RECEIVE, dwords=dwords, reads=length).data
