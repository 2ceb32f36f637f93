"""The client: many questions to many servers at once, over UDP, each server within its bounds.

A reply counts only if it comes from the address that was asked, to the port and with the id it was
asked by, and repeats the question to the letter, in the case that was drawn for it. Everything
ends: a question after its tries, a server's questions after its budget.
"""

from __future__ import annotations

import heapq
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from itertools import count, islice
from socket import socket

from sekisho.dnscheck.answers import FORMERR, NOTIMP, Outcome
from sekisho.dnscheck.asking.flight import Draw, Flight, Noise, Waiting
from sekisho.dnscheck.asking.hearing import Heard, heard, unheard
from sekisho.dnscheck.asking.manners import POLITE, Figures, Manners
from sekisho.dnscheck.asking.server import Ask, Place, Server
from sekisho.dnscheck.asking.sockets import Sockets, packets
from sekisho.dnscheck.asking.tcp import by_tcp
from sekisho.dnscheck.wire import read_reply
from sekisho.kernel.errors import InvalidInput

REST_SECONDS = 0.5
"""The longest sleep; packets and timers wake earlier."""
TCP_REST_SECONDS = 0.02
"""While a connection is open: it does not wake the sockets."""
BAD_VERSION = 16
WITHOUT_EDNS = frozenset({FORMERR, NOTIMP, BAD_VERSION})
"""What a server says that does not know EDNS0 (RFC 6891, section 7)."""

_HEAD_BYTES = 12


class Client:
    """Asks. Used with `with`, by one thread; its servers keep their budgets between calls."""

    def __init__(
        self,
        *,
        draw: Draw,
        now: Callable[[], datetime],
        manners: Manners = POLITE,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self.figures = Figures()
        self._manners = manners
        self._noise = Noise(draw)
        self._now, self._timer = now, timer
        self._sockets = Sockets()
        self._waiting: dict[socket, Waiting] = {}
        self._pools = (self._sockets.four, self._sockets.six)
        for one in (*self._sockets.four, *self._sockets.six):
            self._waiting[one] = {}
        self._servers: dict[Place, Server] = {}
        self._queue: list[tuple[float, int, Server]] = []
        self._order = count()
        self._timers: list[deque[tuple[float, int, Flight]]] = [deque() for _ in manners.waits]
        self._done: list[Heard] = []
        self._backlog = self._under_way = 0
        self._threads = ThreadPoolExecutor(manners.tcp_at_once)
        self._connections: list[tuple[Flight, Future[bytes | Outcome]]] = []

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self._threads.shutdown(wait=True, cancel_futures=True)
        self._sockets.close()

    def ask(self, asks: Iterable[Ask]) -> Iterator[Heard]:
        """What is heard, as it comes; nothing for questions that are left out.

        Raises InvalidInput SKS-Q001 or SKS-Q102 for a question that cannot be asked.
        """
        source = iter(asks)
        while True:
            is_more = self._take(source)
            self._send_what_may_go()
            yield from self._handed_over()
            if not self._under_way and not self._backlog and not is_more:
                return
            for ready in self._sockets.ready(self._rest_seconds()):
                self._hear(ready)
            if self._connections:
                self._hear_connections()
            self._end_waits()
            yield from self._handed_over()

    def _handed_over(self) -> Iterator[Heard]:
        done, self._done = self._done, []
        yield from done

    def _take(self, source: Iterator[Ask]) -> bool:
        """Take questions until the backlog is full. False where there are no more."""
        room = self._manners.backlog_max - self._backlog
        taken = 0
        for ask in islice(source, room):
            taken += 1
            server = self._servers.get(ask.place)
            if server is None:
                server = Server(ask.place, self._manners, self._timer())
                self._servers[ask.place] = server
            server.waiting.append(ask)
            self._queue_up(server, 0.0)
        self._backlog += taken
        return taken == room

    def _queue_up(self, server: Server, when: float) -> None:
        if server.waiting and not server.is_queued:
            server.is_queued = True
            heapq.heappush(self._queue, (when, next(self._order), server))

    def _send_what_may_go(self) -> None:
        now = self._timer()
        while self._queue and self._queue[0][0] <= now:
            room = self._manners.under_way_max - self._under_way
            if room <= 0:
                return
            _, _, server = heapq.heappop(self._queue)
            server.is_queued = False
            if server.is_spent:
                self._leave_out(server)
                continue
            for _ in range(min(room, server.may_send(now))):
                self._backlog -= 1
                flight = Flight(server.waiting.popleft(), server)
                server.under_way += 1
                self._under_way += 1
                self._send(flight, now)
            if server.under_way < self._manners.at_once:
                self._queue_up(server, server.next_at(now))

    def _leave_out(self, server: Server) -> None:
        self.figures.left_out += len(server.waiting)
        self._backlog -= len(server.waiting)
        server.waiting.clear()

    def _send(self, flight: Flight, now: float) -> None:
        noise = self._noise.number()
        server = flight.server
        pool = self._pools[server.is_six]
        if not pool:
            self._finish(flight, unheard(flight, Outcome.UNREACHABLE, self._now()))
            return
        chosen = pool[noise % len(pool)]
        waiting = self._waiting[chosen]
        number = noise >> 8 & 0xFFFF
        while number in waiting:
            number = (number + 1) & 0xFFFF
        question = flight.question(noise >> 24)
        waiting[number] = (flight, question)
        flight.keys.append((waiting, number))
        timers = self._timers[flight.tries]
        flight.tries += 1
        timers.append((now + self._manners.waits[flight.tries - 1], flight.tries, flight))
        server.count()
        self.figures.queries += 1
        try:
            chosen.sendto(flight.packet(number, question), server.address)
        except BlockingIOError:
            return  # Full for a moment: as if the packet had been lost.
        except OSError:
            self._finish(flight, unheard(flight, Outcome.UNREACHABLE, self._now()))

    def _hear(self, source: socket) -> None:
        waiting, at = self._waiting[source], self._now()
        for data, address in packets(source):
            found = waiting.get(data[0] << 8 | data[1]) if len(data) >= _HEAD_BYTES else None
            if found is None or found[0].server.address != address:
                self.figures.strays += 1
                continue
            flight, question = found
            if data.startswith(question, _HEAD_BYTES):
                self._understand(flight, data, _HEAD_BYTES + len(question), at)
            else:
                self._hear_another(flight, question, data)

    def _understand(self, flight: Flight, data: bytes, end: int, at: datetime) -> None:
        try:
            reply = read_reply(data, whole=False, asked=(flight.ask.question.name, end))
        except InvalidInput:
            if data[2] & 0x02:
                self._connect(flight)
            else:
                self._finish(flight, unheard(flight, Outcome.GARBLED, at))
            return
        if reply.truncated:
            self._connect(flight)
        elif reply.rcode in WITHOUT_EDNS and flight.spoke_edns:
            flight.server.knows_edns = False
            self._again(flight)
        else:
            self._finish(flight, heard(flight, reply, at))

    def _hear_another(self, flight: Flight, question: bytes, data: bytes) -> None:
        """A reply that does not repeat the question. Two kinds of honest servers do that: some
        write the name in small letters, some refuse EDNS with a bare header. Both are asked again
        in a way that they do repeat; whatever else it is counts for nothing."""
        server = flight.server
        small = flight.question_in_small_letters()
        if question != small and data.startswith(small, _HEAD_BYTES):
            server.keeps_case = False
            self._again(flight)
        elif flight.spoke_edns and len(data) == _HEAD_BYTES and data[3] & 0x0F in WITHOUT_EDNS:
            server.knows_edns = False
            self._again(flight)
        else:
            self.figures.strays += 1

    def _again(self, flight: Flight) -> None:
        """At once and in another way; the try that failed does not count."""
        flight.tries -= 1
        self._repeat(flight)

    def _repeat(self, flight: Flight) -> None:
        self.figures.repeats += 1
        self._send(flight, self._timer())

    def _connect(self, flight: Flight) -> None:
        if flight.is_done:
            return
        flight.forget()
        flight.is_done = True
        noise = self._noise.number()
        packet = flight.packet(noise & 0xFFFF, flight.question(0))
        task = self._threads.submit(by_tcp, packet, flight.server.place, self._manners.tcp_seconds)
        self._connections.append((flight, task))
        flight.server.count()
        self.figures.queries += 1
        self.figures.connections += 1

    def _hear_connections(self) -> None:
        open_still = []
        for flight, task in self._connections:
            if not task.done():
                open_still.append((flight, task))
                continue
            found = task.result()
            if isinstance(found, bytes):
                self._land(flight, self._read(flight, found))
            else:
                self._land(flight, unheard(flight, found, self._now()))
        self._connections = open_still

    def _read(self, flight: Flight, data: bytes) -> Heard:
        try:
            return heard(flight, read_reply(data), self._now())
        except InvalidInput:
            return unheard(flight, Outcome.GARBLED, self._now())

    def _end_waits(self) -> None:
        now = self._timer()
        for timers in self._timers:
            while timers and (timers[0][0] <= now or timers[0][2].is_done):
                _, tries, flight = timers.popleft()
                if flight.is_done or flight.tries != tries:
                    continue
                if flight.tries < flight.server.tries and not flight.server.is_spent:
                    self._repeat(flight)
                else:
                    flight.server.silent_in_a_row += 1
                    self._finish(flight, unheard(flight, Outcome.SILENT, self._now()))

    def _finish(self, flight: Flight, said: Heard) -> None:
        if flight.is_done:
            return
        flight.is_done = True
        flight.forget()
        if said.answer.outcome is not Outcome.SILENT:
            flight.server.silent_in_a_row = 0
        self._land(flight, said)

    def _land(self, flight: Flight, said: Heard) -> None:
        server = flight.server
        server.under_way -= 1
        self._under_way -= 1
        self._done.append(said)
        self._queue_up(server, 0.0)

    def _rest_seconds(self) -> float:
        if self._done:
            return 0.0
        now = self._timer()
        wakes = [timers[0][0] - now for timers in self._timers if timers]
        if self._queue and self._under_way < self._manners.under_way_max:
            wakes.append(self._queue[0][0] - now)
        rest = TCP_REST_SECONDS if self._connections else REST_SECONDS
        return max(0.0, min([rest, *wakes]))
