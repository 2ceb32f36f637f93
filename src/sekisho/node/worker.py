"""One round of a node's work, and rounds without end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from django.db import DatabaseError

from sekisho.kernel.errors import Broken, SekishoError, Unavailable
from sekisho.node import notices, noticing, peer_news, receiver_keys, upkeep
from sekisho.node.assessing import resume_runs
from sekisho.node.backup import twins
from sekisho.node.fetching import Fetched, fetch
from sekisho.node.opening import Node
from sekisho.node.peers import Peers
from sekisho.node.progress import Progress, silent
from sekisho.node.sending import Sent, send_ready
from sekisho.node.submissions import resume_submissions
from sekisho.node.watching.rounds import watch_folders
from sekisho.office.accounts.actions import retire_due
from sekisho.office.transfers.actions.expiring import Erased
from sekisho.office.transfers.actions.requeueing import requeue_expired

T = TypeVar("T")


@dataclass
class Round:
    """What one round did, and what went wrong in it (nothing of that is lost)."""

    received: int = 0
    notices: int = 0
    sent: int = 0
    erased: Erased = field(default_factory=Erased)
    refused: list[SekishoError] = field(default_factory=list)
    troubles: list[SekishoError] = field(default_factory=list)

    @property
    def idle(self) -> bool:
        """Whether there was nothing to do."""
        return not (self.received or self.notices or self.sent or self.refused)


def run_round(node: Node, progress: Progress = silent) -> Round:
    """Everything due, once: submissions, keys, fetching, answers, sending, evidence, the end.

    A part that fails does not keep the others from their work, but a node whose ledger was set
    back or rewritten does nothing at all.
    """
    done = Round()
    _step(done, lambda: upkeep.require_sound(node))
    if any(isinstance(one, Broken) for one in done.troubles):
        # A node that was set back would sign a second history of the same acts.
        return done
    done.troubles.extend(_step(done, lambda: resume_submissions(node)) or [])
    peers = _step(done, lambda: peer_news.current(node, done.troubles))
    if peers is not None:
        _exchange(node, peers, done, progress)
    _step(done, lambda: retire_due(node.desk))
    _step(done, lambda: upkeep.settle_evidence(node))
    erased = _step(done, lambda: upkeep.expire(node))
    done.erased = erased or done.erased
    if done.erased.anything:
        _step(done, lambda: upkeep.settle_evidence(node))
    done.troubles.extend(_step(done, lambda: watch_folders(node)) or [])
    done.troubles.extend(_step(done, lambda: resume_runs(node)) or [])
    if _step(done, lambda: upkeep.daily(node)):
        _step(done, lambda: twins.require_single(node))
        _step(done, lambda: noticing.notify_daily(node))
    done.troubles.extend(_step(done, lambda: noticing.notify(node)) or [])
    _step(done, lambda: upkeep.note_round(node))
    return done


def _exchange(node: Node, peers: Peers, done: Round, progress: Progress) -> None:
    peers = _step(done, lambda: peer_news.exchange(node, peers, done.troubles)) or peers
    for keys in (receiver_keys.refill, receiver_keys.collect):
        done.troubles.extend(_step(done, lambda act=keys: act(node, peers)) or [])
    fetched = _step(done, lambda: fetch(node, peers, progress)) or Fetched()
    done.received, done.notices = fetched.transfers, fetched.notices
    done.refused += fetched.refused
    done.troubles += fetched.troubles
    _step(done, lambda: requeue_expired(node.desk))
    _step(done, lambda: upkeep.settle_evidence(node))
    done.troubles.extend(_step(done, lambda: notices.compose(node, peers)) or [])
    sent = _step(done, lambda: send_ready(node, peers, progress)) or Sent()
    done.sent = sent.parcels
    done.troubles += sent.troubles
    _step(done, lambda: upkeep.tidy_store(node))


def _step(done: Round, act: Callable[[], T]) -> T | None:
    try:
        return act()
    except SekishoError as trouble:
        done.troubles.append(trouble)
    except DatabaseError as trouble:
        done.troubles.append(Unavailable("SKS-C010", reason=str(trouble)[:200]))
    except OSError as trouble:
        done.troubles.append(Unavailable("SKS-C013", reason=str(trouble)[:200]))
    return None
