"""Evidence leaves the node, and is judged where there is no node and no Django."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.support.commands import Commands, copied

WITHOUT_DJANGO = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("django", "obstore", "smbprotocol", "psycopg", "rich"):
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Absent())
from sekisho.cli.main import main
main(sys.argv[1:])
"""


@pytest.fixture(scope="module")
def proven(tmp_path_factory: pytest.TempPathFactory, founded: Commands) -> Commands:
    """A town with one arrived transfer, and packages: `one.zip`, `period.zip`, `sato.zip`."""
    town = copied(founded, tmp_path_factory.mktemp("proven"))
    file = town.folder / "通知.txt"
    file.write_text("固定資産税", "utf-8")
    town.at(
        "internet",
        "--as",
        "admin",
        "evidence",
        "export",
        town.folder / "early.zip",
        "--since",
        "2020-01-01",
    )
    made = town.value(
        *("internet", "send", file, "--to", "lgwan", "--for", "sato", "--purpose", "通知"),
        *("--label", "機密性2", "--as", "sato"),
    )
    town.at("internet", "approve", made["transfer"], "--as", "suzuki")
    for _ in range(3):
        town.settle("internet", "lgwan", "mynumber")
    export = ("internet", "--as", "admin", "evidence", "export")
    town.at(*export, town.folder / "one.zip", "--transfer", made["transfer"][:12])
    town.at(*export, town.folder / "period.zip", "--since", "2020-01-01", "--until", "2100-01-01")
    town.at(*export, town.folder / "sato.zip", "--person", "sato")
    return town


def trusted(town: Commands) -> list[str]:
    """Two administrators, by the fingerprints that they told."""
    return [word for one in town.fingerprints[:2] for word in ("--admin", one)]


@pytest.mark.parametrize("name", ["one.zip", "period.zip", "sato.zip"])
def test_packages_hold(proven: Commands, name: str) -> None:
    found = proven.call("verify", proven.folder / name, *trusted(proven), "--json")
    value = json.loads(found.stdout)
    assert (found.exit_code, value["ok"]) == (0, True), found.stdout
    assert value.keys() == {"ok", "package", "lines"}
    assert all(one.keys() == {"state", "code", "ja", "en"} for one in value["lines"])


def test_a_package_is_judged_without_django(proven: Commands) -> None:
    command = [sys.executable, "-c", WITHOUT_DJANGO, "verify", str(proven.folder / "one.zip")]
    done = subprocess.run(
        [*command, *trusted(proven), "--threshold", "2", "--lang", "en"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "Verdict: the evidence holds."


def test_without_fingerprints_the_verdict_stays_open(proven: Commands) -> None:
    found = proven.call("verify", proven.folder / "one.zip")
    assert found.exit_code == 1
    assert "判定: 確かめられない点があります。" in found.stdout
    assert "不明  " in found.stdout


def test_more_administrators_may_be_asked_for_than_have_signed(proven: Commands) -> None:
    found = proven.call("verify", proven.folder / "one.zip", *trusted(proven), "--threshold", 3)
    assert found.exit_code == 1


@pytest.mark.parametrize("kept", ["early.zip", "note"])
def test_a_checkpoint_that_was_kept_is_continued(
    proven: Commands, tmp_path: Path, kept: str
) -> None:
    """The same checkpoint in a package and as a bare note; nobody proves that it continues."""
    earlier = proven.folder / "early.zip"
    if kept == "note":
        from zipfile import ZipFile

        earlier = tmp_path / "checkpoint.txt"
        earlier.write_bytes(ZipFile(proven.folder / "early.zip").read("checkpoint.txt"))
    found = proven.call(
        "verify", proven.folder / "one.zip", *trusted(proven), "--previous", earlier, "--json"
    )
    codes = [one["code"] for one in json.loads(found.stdout)["lines"]]
    assert "SKS-L085" in codes
    same = proven.call("verify", earlier if kept != "note" else proven.folder / "early.zip")
    assert same.exit_code == 1


def test_damage_and_rubbish_are_named(proven: Commands, tmp_path: Path) -> None:
    whole = (proven.folder / "one.zip").read_bytes()
    for name, data in (
        ("cut.zip", whole[: len(whole) // 2]),
        ("rubbish.zip", b"rubbish"),
        ("empty.zip", b""),
    ):
        file = tmp_path / name
        file.write_bytes(data)
        found = proven.call("verify", file, *trusted(proven))
        assert found.exit_code == 1, name
        assert "判定: 証跡として認められません。" in found.stdout


def test_an_export_says_what_a_verifier_will_miss(founded: Commands, tmp_path: Path) -> None:
    town = copied(founded, tmp_path / "town")
    town.at("internet", "person", "list")
    file = tmp_path / "x.txt"
    file.write_text("x")
    town.at(
        *("internet", "send", file, "--to", "lgwan", "--for", "sato", "--purpose", "通知"),
        *("--label", "機密性2", "--as", "sato"),
    )
    made = town.value(
        "internet",
        "--as",
        "admin",
        "evidence",
        "export",
        tmp_path / "e.zip",
        "--since",
        "2020-01-01",
    )
    assert "SKS-L079" in made["lacking"]


def test_nothing_to_prove(proven: Commands, tmp_path: Path) -> None:
    out = tmp_path / "none.zip"
    export = ("internet", "--as", "admin", "evidence", "export", out)
    assert proven.fails(*export, "--since", "2099-01-01")["code"] == "SKS-T070"
    assert proven.fails(*export, "--person", "nobody")["code"] == "SKS-T070"
    assert proven.fails(*export, "--transfer", "tr_zzz")["code"] == "SKS-T005"
    assert not out.exists()


def test_disclosures_are_forgotten_by_an_administrator(proven: Commands, tmp_path: Path) -> None:
    town = copied(proven, tmp_path / "town")
    (found,) = town.value("internet", "--as", "admin", "list")
    forget = ("internet", "evidence", "forget", found["transfer"], "--reason", "請求による")
    assert town.fails(*forget, "--as", "sato")["code"] == "SKS-T053"
    assert town.value(*forget, "--as", "admin")["forgotten"] >= 4
    for _ in range(3):
        town.settle("internet", "lgwan", "mynumber")
    town.at(
        "internet",
        "--as",
        "admin",
        "evidence",
        "export",
        tmp_path / "e.zip",
        "--transfer",
        found["transfer"],
    )
    result = town.call("verify", tmp_path / "e.zip", *trusted(town), "--json")
    assert json.loads(result.stdout)["ok"] is True, result.stdout
