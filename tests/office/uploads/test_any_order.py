"""Parts in any order, repeated, cut, from two browsers: what is held is always a true beginning."""

from __future__ import annotations

from io import BytesIO

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from tests.support import acts
from tests.support.town import Town
from tests.support.uploads import CutLine, begin, new_draft, read_back

from sekisho.kernel.errors import SekishoError
from sekisho.node.opening import Node
from sekisho.node.uploading import receive
from sekisho.office.uploads.actions import drafting
from sekisho.office.uploads.models import Upload, UploadPart

SIZE = 3_000
CONTENT = bytes(n * 7 % 251 for n in range(SIZE))
offsets = st.integers(-2, SIZE + 2)
lengths = st.integers(-1, SIZE + 2)


class Browsers(RuleBasedStateMachine):
    """One file, and what is believed of it."""

    def __init__(self, node: Node) -> None:
        super().__init__()
        self.node = node
        self.draft_id = new_draft(node)
        self.upload_id = begin(node, self.draft_id, "a.bin", SIZE).upload_id
        self.held = 0
        self.parts: list[tuple[int, int]] = []

    def send(self, offset: int, length: int, line: BytesIO) -> str:
        """The code of the answer, or nothing when the part was taken."""
        try:
            found = receive(
                self.node,
                actor="sato",
                upload_id=self.upload_id,
                offset=offset,
                stream=line,
                length=length,
            )
        except SekishoError as error:
            if error.code == "SKS-U005":
                assert error.params["offset"] == self.held
            return error.code
        assert found.bytes_received == max(self.held, offset + length)
        return ""

    @rule(length=st.integers(1, 900))
    def next_part(self, length: int) -> None:
        length = min(length, SIZE - self.held)
        if length:
            part = CONTENT[self.held : self.held + length]
            assert self.send(self.held, length, BytesIO(part)) == ""
            self.parts.append((self.held, length))
            self.held += length

    @rule(offset=offsets, length=lengths)
    def anywhere(self, offset: int, length: int) -> None:
        code = self.send(offset, length, BytesIO(CONTENT[max(0, offset) :][: max(0, length)]))
        if length <= 0 or offset < 0 or offset + length > SIZE:
            assert code == "SKS-U006"
        elif offset == self.held:
            assert code == ""
            self.parts.append((offset, length))
            self.held += length
        elif (offset, length) in self.parts:
            assert code == ""
        else:
            assert code == "SKS-U005"

    @rule(data=st.data())
    def once_more(self, data: st.DataObject) -> None:
        if not self.parts:
            return
        offset, length = data.draw(st.sampled_from(self.parts))
        part = CONTENT[offset : offset + length]
        assert self.send(offset, length, BytesIO(part)) == ""
        other = bytes([part[0] ^ 1]) + part[1:]
        assert self.send(offset, length, BytesIO(other)) == "SKS-U009"

    @rule(length=st.integers(1, 900), data=st.data())
    def cut(self, length: int, data: st.DataObject) -> None:
        length = min(length, SIZE - self.held)
        if length:
            after = data.draw(st.integers(0, length - 1))
            line = CutLine(CONTENT[self.held : self.held + length], after)
            assert self.send(self.held, length, line) == "SKS-U007"

    @rule()
    def choose_the_file_again(self) -> None:
        found = begin(self.node, self.draft_id, "a.bin", SIZE)
        assert (found.upload_id, found.bytes_received) == (self.upload_id, self.held)

    @invariant()
    def what_is_held_is_the_beginning(self) -> None:
        upload = Upload.objects.get(upload_id=self.upload_id)
        assert upload.bytes_received == self.held
        assert upload.state == ("whole" if self.held == SIZE else "open")
        rows = UploadPart.objects.filter(upload=upload).values_list("position", "bytes")
        assert list(rows) == self.parts

    def teardown(self) -> None:
        upload = Upload.objects.get(upload_id=self.upload_id)
        upload.bytes_total = self.held
        assert read_back(self.node, upload) == CONTENT[: self.held]
        rows, files = acts.kept(self.node)
        assert rows == len(self.parts)
        drafting.delete_draft(self.node.desk, actor="sato", draft_id=self.draft_id)
        assert acts.kept(self.node)[0] == 0
        assert files >= rows


@pytest.mark.parametrize("examples", [25, pytest.param(300, marks=pytest.mark.long)])
def test_parts_in_any_order(sqlite_town: Town, examples: int) -> None:
    bounds = settings(
        max_examples=examples,
        stateful_step_count=30,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    with sqlite_town.at(acts.SENDER) as node:
        run_state_machine_as_test(lambda: Browsers(node), settings=bounds)
