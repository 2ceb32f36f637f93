"""The model file of what runs here: what is assessed is the configuration, not a memory of it.

Every value names where it comes from. What the node does not know is not written, and so stays an
estimate of the base. No name of a person is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sekisho.assess.model import study
from sekisho.assess.writing import Plain, written
from sekisho.kernel.clock import JAPAN
from sekisho.node.opening import Node
from sekisho.node.running_measures import Ends, Standing, in_force, standings
from sekisho.node.zones import zone_of
from sekisho.office.accounts.queries import holders_of, working_logins
from sekisho.office.accounts.roles import ROLES
from sekisho.office.flows import queries as flows
from sekisho.office.flows.entry import entry_of
from sekisho.office.flows.models import Flow
from sekisho.office.transfers.policy import NOT_DISARMED, Policy, read_policy
from sekisho.office.transfers.queries import open_routes

MODEL = "running"
USUAL_NETWORK = "alpha"
CHANNEL = "post"
YEAR = timedelta(days=365)
MONTH_DAYS = YEAR.days / 12
ESTIMATE = "estimate"
Tables = dict[str, dict[str, Mapping[str, Plain]]]


@dataclass(frozen=True)
class Running:
    """The text of the file, the tables in it, and the standing of each measure."""

    text: str
    tables: Tables
    measures: Mapping[str, Standing]


def running_model(node: Node, *, network: str = "") -> Running:
    """The model of this node. `network`, one of the base's, is what no settings show."""
    policies = {(one.from_node, one.to_node): read_policy(one.policy) for one in open_routes()}
    found = standings(node, policies)
    tables: Tables = {
        "flow": _flows(node),
        "fact": dict(_facts(node, policies)),
        "model": {MODEL: _model(node, found, network)},
    }
    day = node.desk.now().astimezone(JAPAN).date()
    remarks = (
        f"ノード {node.name} の {day} の構成によるモデル。書いていないことは、付属の推定のまま。",
        f"The model of node {node.name} as of {day}; what is not here stays an estimate.",
    )
    return Running(written(tables, remarks=remarks), tables, found)


def _model(node: Node, found: Mapping[str, Standing], network: str) -> dict[str, Plain]:
    chosen = network or USUAL_NETWORK
    base = study().models[f"{chosen}-{CHANNEL}"].measures
    sources = [f"network: {'chosen by hand' if network else ESTIMATE}"]
    sources += [f"{name}: {one.source}" for name, one in found.items()]
    sources += [f"{name}: base: {ESTIMATE}" for name in base if name not in found]
    return {
        "ja": f"{node.settings.title}の今の構成",
        "en": f"{node.name} as it runs",
        "network": chosen,
        "channel": CHANNEL,
        "measures": in_force(found, base),
        "source": "; ".join(sources),
    }


def _flows(node: Node) -> dict[str, Mapping[str, Plain]]:
    """Flows in use, and what passed under none; nothing of the base when anything is known."""
    now = node.desk.now()
    counted = flows.passed(node.desk, since=now - YEAR)
    tables: dict[str, Mapping[str, Plain]] = {}
    months, period = _span(counted.first, now)
    for row in flows.flows(states=("active",)):
        tables[row.code] = _flow(row, counted.by_flow.get(row.code, 0), months, period)
    if counted.first is None and not tables:
        return {}
    # The base has one flow, `yearly`; left alone it would be counted besides ours.
    tables["yearly"] = {
        "ja": "定例連携に属さない受け渡し",
        "en": "transfers under no flow",
        "per_month": _per_month(counted.others, months),
        "source": f"records of transfers {period}: {counted.others}",
    }
    return tables


def _span(first: datetime | None, now: datetime) -> tuple[float, str]:
    """The months that the records cover, at most a year and at least one; and their days."""
    begin = max(now - YEAR, first or now)
    months = max(1.0, (now - begin).days / MONTH_DAYS)
    return months, "/".join(one.astimezone(JAPAN).date().isoformat() for one in (begin, now))


def _flow(row: Flow, count: int, months: float, period: str) -> dict[str, Plain]:
    """As counted; as registered where nothing of it has passed here."""
    measured = _per_month(count, months)
    source = f"records of transfers {period}: {count}"
    if not count:
        measured = _per_month(entry_of(row).times_a_year, 12)
        source = f"register of flows {row.code}, edition {row.edition}: {row.medium}"
    return {"ja": row.name, "en": row.code, "per_month": measured, "source": source}


def _per_month(count: int, months: float) -> float:
    return round(count / months, 2)


def _facts(node: Node, policies: Mapping[Ends, Policy]) -> Iterator[tuple[str, dict[str, Plain]]]:
    """What is known and enters no computation, for whoever judges the result."""
    yield "zone", _fact("このノードの領域", "zone of this node", node.settings.zone, "node.zone")
    for (sender, receiver), policy in policies.items():
        zones = f"{zone_of(node, sender) or '?'} → {zone_of(node, receiver) or '?'}"
        yield (
            f"route-{sender}-{receiver}",
            {
                "ja": f"{sender} から {receiver} への経路",
                "en": f"route from {sender} to {receiver}",
                "value": f"{zones}; {_conditions(policy)}",
                "source": f"route {sender} {receiver}",
            },
        )
    people = {"people": len(working_logins())}
    people |= {f"people-{role}": len(holders_of(role)) for role in ROLES}
    for name, count in people.items():
        role = name.partition("-")[2]
        words = (f"利用者の数（{role}）", f"people ({role})") if role else ("利用者の数", "people")
        yield name, {"ja": words[0], "en": words[1], "value": str(count), "source": "people"}
    disarm = node.settings.disarm
    yield "clamav", _fact("ClamAV", "ClamAV", _is_set(disarm.clamd), "disarm.clamd")
    yield (
        "yara",
        _fact("YARA の規則", "YARA rules", _is_set(disarm.yara_rules), "disarm.yara_rules"),
    )


def _fact(ja: str, en: str, value: str, key: str) -> dict[str, Plain]:
    return {"ja": ja, "en": en, "value": value, "source": f"sekisho.toml {key}"}


def _is_set(value: object) -> str:
    return "set" if value else "not set"


def _conditions(policy: Policy) -> str:
    disarm = ", ".join(f"{kind}={name}" for kind, name in sorted(policy.disarm.items()))
    first = "may leave first" if policy.may_leave_first else "before"
    return f"approvals {policy.needed} ({first}); disarm {disarm or NOT_DISARMED}"
