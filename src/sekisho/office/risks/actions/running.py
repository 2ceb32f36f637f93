"""Verbs about runs: asked, held by whoever computes, told how far, ended.

The row is the intent, the queue and the result. Who computes holds a lease with a fencing number;
only its holder can end it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256

from sekisho.kernel.errors import SekishoError, Unavailable
from sekisho.office.accounts.actions import require_right
from sekisho.office.evidence.actions import record
from sekisho.office.permissions import Act
from sekisho.office.post import leases
from sekisho.office.risks import rules
from sekisho.office.risks.models import Outcome, Run
from sekisho.office.risks.queries import version_of
from sekisho.office.risks.states import State
from sekisho.office.risks.subjects import subject
from sekisho.office.site.database import atomic, locked
from sekisho.office.site.desk import Desk
from sekisho.office.site.rows import insert_many

Found = Mapping[tuple[str, str], bytes]
"""(form, language) → what stands in an `Outcome`."""


def ask(
    desk: Desk,
    *,
    actor: str,
    study: int,
    number: int,
    names: Sequence[str],
    budget: int,
    seed: int,
    draws: int,
) -> Run:
    """Ask that these models of a version be compared, and hold the run for the caller.

    For administrators and the CISO. Raises Refused SKS-J003 (no such version), SKS-J007, SKS-T051,
    SKS-T053, InvalidInput SKS-J008, SKS-A004.
    """
    require_right(actor, Act.RISKS)
    version = version_of(study, number)
    known = rules.read_models(version.text, number)
    rules.require_question(known, names, budget=budget, seed=seed, draws=draws)
    now = desk.now()
    return Run.objects.create(
        version=version,
        names=list(dict.fromkeys(names)),
        budget=budget,
        seed=seed,
        draws=draws,
        person=actor,
        asked=now,
        state=State.QUEUED,
        lease_until=now + leases.LEASE,
        fence=1,
    )


def take_left(desk: Desk, limit: int) -> list[Run]:
    """Hold runs that nobody computes: whoever did so was stopped."""
    with atomic():
        rows = Run.objects.filter(leases.free(desk.now()), state=State.QUEUED)
        found = list(locked(rows.order_by("asked"))[:limit])
        leases.take(Run, [one.pk for one in found], desk.now())
        for one in found:
            one.fence += 1
    return found


def tell(desk: Desk, run: Run, done: int) -> None:
    """Write how many models are done, and keep the lease. Raises Unavailable SKS-J010 when
    somebody else holds it by now."""
    held = Run.objects.filter(pk=run.pk, fence=run.fence, state=State.QUEUED)
    if not held.update(done=done, lease_until=desk.now() + leases.LEASE):
        raise Unavailable("SKS-J010", run=run.pk)


def finish(desk: Desk, run: Run, found: Found, *, program: str) -> None:
    """Keep what was found, with its evidence. Raises Unavailable SKS-J010."""
    digest = sha256(found["json", ""]).hexdigest()
    with atomic():
        _end(desk, run, state=State.DONE, done=len(run.names), program=program, digest=digest)
        insert_many(
            Outcome(run=run, form=form, language=language, content=content)
            for (form, language), content in found.items()
        )
        data = {
            "version": run.version.number,
            "models": run.names,
            "seed": run.seed,
            "draws": run.draws,
            "program": program,
            "result": digest,
        }
        record(desk, "risk.run", subject(run.version.study_id), data, {"actor": run.person})


def fail(desk: Desk, run: Run, error: SekishoError) -> None:
    """Keep what stood against it. Raises Unavailable SKS-J010."""
    params = {key: str(value) for key, value in error.params.items()}
    _end(desk, run, state=State.FAILED, failure={"code": error.code, "params": params})


def _end(desk: Desk, run: Run, **values: object) -> None:
    held = Run.objects.filter(pk=run.pk, fence=run.fence, state=State.QUEUED)
    if not held.update(ended=desk.now(), lease_until=None, **values):
        raise Unavailable("SKS-J010", run=run.pk)
