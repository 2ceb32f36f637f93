"""The story of one file from the Internet zone into the LGWAN zone, and of its end.

Everything in it is the real thing: the same verbs, parcels, store, ledgers and checks as in a
node that runs for years; only the clock is moved on by hand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sekisho.kernel.errors import SekishoError, SeveralRefused
from sekisho.node import collecting, packages, submitting
from sekisho.node.demo import attacks, cleaning, exceptions
from sekisho.node.demo.teller import Teller
from sekisho.node.demo.town import ZONES, Town
from sekisho.office.evidence.models import Checkpoint, Event
from sekisho.office.transfers.actions import deciding
from sekisho.office.transfers.actions.sending import Draft
from sekisho.office.transfers.models import Arrival, Transfer
from sekisho.office.transfers.states import WORDS

Verify = Callable[[bytes, Town], "Verdict"]


@dataclass(frozen=True)
class Verdict:
    """What the offline verifier says of a package: all is well or not, line by line."""

    ok: bool
    lines: tuple[tuple[str, str, str], ...]


@dataclass
class Story:
    """The town, who is told, the file that travels, and what has happened so far."""

    town: Town
    tell: Teller
    file: Path
    verify: Verify
    transfer_id: str = ""
    samples_id: str = ""
    kept_copy: Path | None = None

    def run(self) -> None:
        """All chapters in order. Raises AssertionError where one does not end as it must."""
        for chapter in (
            self.introduce,
            self.submit,
            self.disarm,
            self.decide,
            self.seal,
            self.receive,
            self.prove,
            self.attack,
            self.end,
        ):
            chapter()

    def introduce(self) -> None:
        """Who is there."""
        self.tell.scene("三つのノードと、一つの受け渡し場所", "Three nodes and one store")
        for name, title in ZONES.items():
            fingerprint = self.town.nodes[name].identity.signing.public.fingerprint
            self.tell.say(
                f"{title}（{name}） 指紋 {fingerprint}", f"{name}: fingerprint {fingerprint}"
            )
        self.tell.say(
            "ノードどうしは通信しません。共有するのは、信用しなくてよいフォルダー一つだけです。",
            "The nodes never talk to each other. They share one folder that nobody has to trust.",
        )
        self.tell.say(
            "だれがだれに送れるかは、管理者 3 人のうち 2 人が署名したノード名簿が決めます。",
            "Who may send to whom stands in a directory that two of three administrators signed.",
        )

    def submit(self) -> None:
        """A program is stopped, the file is taken in."""
        self.tell.scene("送る: 経路の条件で判定します", "Send: judged against the route")
        self._stop_program()
        self._command("internet", f"--as sato send {self.file.name} --to lgwan --for sato …")
        try:
            transfer = self._hand_in()
        except SeveralRefused as refused:
            # The reader's own file, of a type that nobody can rebuild.
            exceptions.register(self.town, self.tell, self.file, refused)
            transfer = self._hand_in()
        self.transfer_id = transfer.transfer_id
        size = self.file.stat().st_size
        self.tell.shows(
            f"{self.file.name}（{size:,} バイト）を暗号化して保管庫に入れました。状態: "
            f"{WORDS[transfer.state][0]}",
            f"{self.file.name} ({size:,} bytes) lies encrypted in the vault. State: "
            f"{WORDS[transfer.state][1]}",
        )

    def _hand_in(self) -> Transfer:
        with self.town.at("internet") as node:
            return submitting.submit(
                node,
                actor="sato",
                draft=_draft(),
                paths=[self.file],
                progress=self.tell.progress,
            )

    def _stop_program(self) -> None:
        disguised = self.town.folder / "請求書.pdf"
        disguised.write_bytes(b"MZ\x90\x00" + bytes(60) + b"PE\x00\x00" + bytes(400))
        self.tell.say(
            "名前は PDF、中身は実行プログラムのファイルを送ろうとすると…",
            "A file that is called PDF but holds a program is tried first…",
        )
        with self.town.at("internet") as node:
            self._must_stop(
                lambda: submitting.submit(node, actor="sato", draft=_draft(), paths=[disguised]),
                "SKS-T029",
            )

    def disarm(self) -> None:
        """Four files as they come by mail: what is taken out of them, in plain words."""
        self.tell.scene(
            "無害化: 安全とわかっている部品だけで作り直します",
            "Disarm: rebuilt from parts that are known to be safe",
        )
        self._command("internet", "--as sato send 届いたファイル/* --to lgwan --for sato …")
        self.samples_id = cleaning.submit_samples(self.town, self.tell, _draft())

    def decide(self) -> None:
        """Nobody approves his own; a second person does."""
        self.tell.scene("承認: 自分の申請は承認できません", "Approve: nobody decides about his own")
        with self.town.at("internet") as node:
            self._must_stop(
                lambda: deciding.approve(node.desk, actor="sato", transfer_id=self.transfer_id),
                "SKS-T030",
            )
            self._command("internet", f"--as suzuki approve {self.transfer_id}")
            transfer = deciding.approve(
                node.desk, actor="suzuki", transfer_id=self.transfer_id, reason="内容を確認"
            )
            self._command("internet", f"--as suzuki report {self.samples_id}")
            deciding.approve(node.desk, actor="suzuki", transfer_id=self.samples_id)
        self.tell.shows(
            f"鈴木 一郎さんが承認しました。状態: {WORDS[transfer.state][0]}",
            f"Suzuki approved it. State: {WORDS[transfer.state][1]}",
        )

    def seal(self) -> None:
        """Into the store."""
        self.tell.scene(
            "封緘: 受け取る側だけが開ける形で置きます", "Seal: only the receiver can open it"
        )
        self._command("internet", "run --once")
        self.town.run("internet", self.tell.progress)
        with self.town.at("internet"):
            parcel_id = Transfer.objects.get(pk=self.transfer_id).parcel_id
        found = attacks.objects_of(self.town, parcel_id)
        self.tell.shows(
            f"受け渡し場所に {len(found)} 個のファイルが置かれました"
            f"（{sum(path.stat().st_size for path in found):,} バイト、すべて暗号文）。",
            f"{len(found)} objects lie in the store "
            f"({sum(path.stat().st_size for path in found):,} bytes, all ciphertext).",
        )
        must(not any(attacks.shows_content(path, self.file) for path in found), "plaintext")
        self.kept_copy = attacks.keep_copy(self.town, parcel_id)

    def receive(self) -> None:
        """Out of the store, byte for byte."""
        self.tell.scene("受け取る: 署名と全ブロックを確かめてから", "Receive: checked before kept")
        self._command("lgwan", "run --once")
        done = self.town.run("lgwan", self.tell.progress)
        must(done.received == 2, *done.refused, *done.troubles)
        folder = self.town.folder / "受取り"
        folder.mkdir()
        self._command("lgwan", f"--as sato collect {self.transfer_id}")
        with self.town.at("lgwan") as node:
            (written,) = collecting.collect(
                node,
                actor="sato",
                transfer_id=self.transfer_id,
                folder=folder,
                progress=self.tell.progress,
            )
        must(written.sha256 == self._sent_sha256(), "not the same bytes")
        self.tell.shows(
            "佐藤 花子さんが受け取りました。送られたものと 1 バイトも違いません"
            f"（SHA-256 {written.sha256[:16]}…）。",
            f"Sato collected it, byte for byte as sent (SHA-256 {written.sha256[:16]}…).",
        )
        cleaning.collect_samples(self.town, self.tell, self.samples_id)
        self._answer()

    def _sent_sha256(self) -> str:
        with self.town.at("internet"):
            return str(Transfer.objects.get(pk=self.transfer_id).files.get().sha256)

    def _answer(self) -> None:
        for name in ("internet", "lgwan", "internet", "lgwan", "internet"):
            self.town.run(name)
        with self.town.at("internet"):
            transfer = Transfer.objects.get(pk=self.transfer_id)
            witnessed = Checkpoint.objects.filter(cosigned__isnull=False).order_by("-size").first()
        must(transfer.state == "received" and witnessed is not None, transfer.state)
        self.tell.shows(
            "受領証が送り元に戻りました。受け取った側のノードは、送り元の証跡台帳"
            f"（{witnessed.size} 件）に立ち会って連署しました。",
            "The receipt came back, and the receiving node countersigned the sender's ledger "
            f"({witnessed.size} entries).",
        )

    def prove(self) -> None:
        """The evidence package, verified offline; a changed one is found out."""
        self.tell.scene(
            "証明: 証跡一式を、ノードなしで検証します", "Prove: verified without any node"
        )
        self._command("internet", f"evidence export {self.transfer_id}")
        with self.town.at("internet") as node:
            package = packages.export_transfer(node, self.transfer_id)
        path = self.town.folder / "証跡一式.zip"
        path.write_bytes(package)
        self.tell.command(f"sekisho verify {path.name} --admin '{self.town.fingerprints[0]}'")
        verdict = self.verify(package, self.town)
        for state, ja, en in verdict.lines:
            if state == "ok":
                self.tell.shows(ja, en)
        must(verdict.ok, *verdict.lines)
        changed = self.verify(attacks.rewritten(package), self.town)
        must(not changed.ok, "a changed package passed")
        bad = next(line for line in changed.lines if line[0] == "bad")
        self.tell.say(
            f"記録を 1 件書き換えると見破られます: {bad[1]}",
            f"One rewritten record is found out: {bad[2]}",
        )

    def attack(self) -> None:
        """Whoever runs the store tries what he can."""
        self.tell.scene(
            "攻撃: 受け渡し場所を自由に書き換えられる者が…",
            "Attack: somebody who may write anything in the store…",
        )
        for ja, en, code, harm in attacks.ATTACKS:
            self.tell.say(ja, en)
            reasons = attacks.try_one(self.town, harm)
            must([one.code for one in reasons] == [code], *reasons)
            self.tell.stopped(reasons[0])

    def end(self) -> None:
        """Retention is over: keys are destroyed, and what was copied stays shut."""
        self.tell.scene("終わり: 保存期間が過ぎると鍵を破棄します", "The end: keys are destroyed")
        kept = self.kept_copy or self.town.folder
        attacks.open_copy(self.town, kept)
        self.tell.say(
            "受け渡し場所からこっそり写し取った封緘データは、鍵があるうちはこのノードで開けます。",
            "A secretly kept copy of the parcel can still be opened here while the key exists.",
        )
        self.town.clock.advance(timedelta(days=31))
        self.tell.say("31 日たちました。", "31 days later.")
        self._command("internet", "expire")
        self._command("lgwan", "expire")
        for name in ("internet", "lgwan", "internet", "lgwan"):
            self.town.run(name)
        self._must_stop(lambda: attacks.open_copy(self.town, kept), "SKS-T061")
        self._both_ledgers_say_so()

    def _both_ledgers_say_so(self) -> None:
        for name, model in (("internet", Transfer), ("lgwan", Arrival)):
            with self.town.at(name):
                must(model.objects.get(pk=self.transfer_id).erased, "not erased")
                kinds = set(
                    Event.objects.filter(subject=self.transfer_id).values_list("kind", flat=True)
                )
            must({"vault.erased", "transfer.expired"} <= kinds, *kinds)
        self.tell.shows(
            "両方の証跡台帳に、鍵を破棄したことが記録されました。",
            "Both ledgers say that the keys were destroyed.",
        )

    def _command(self, node: str, words: str) -> None:
        """What a reader would type to do the same at this node."""
        self.tell.command(f"sekisho --node {self.town.folder.name}/{node} {words}")

    def _must_stop(self, act: Callable[[], object], code: str) -> None:
        try:
            act()
        except SekishoError as reason:
            must(reason.code == code, reason)
            self.tell.stopped(reason)
            return
        must(False, f"{code} did not stop it")


def must(holds: bool, *otherwise: object) -> None:
    """What the story says has to be so; if not, the demonstration has failed."""
    if not holds:
        raise AssertionError("; ".join(map(str, otherwise)))


def _draft() -> Draft:
    return Draft(
        to_node="lgwan",
        addressees=("sato",),
        purpose="固定資産税の納税通知書の様式を庁内で使うため",
        label="機密性2",
    )


def sample_file(folder: Path) -> Path:
    """The file that travels when the reader names none: a CSV of 1.5 MB, made here."""
    lines = ["整理番号,地区,地目,面積（平方メートル）,評価額（円）"]
    lines += [
        f"{n:06d},第{n % 17 + 1}地区,宅地,{n % 400 + 50},{n * 137 % 90_000_000}"
        for n in range(40_000)
    ]
    path = folder / "固定資産_評価一覧.csv"
    path.write_text("\r\n".join(lines) + "\r\n", "utf-8-sig", newline="")
    return path
