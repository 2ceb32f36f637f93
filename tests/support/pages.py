"""The pages of a node of the town: a client for each person, and a server for real browsers."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from django.core.wsgi import get_wsgi_application
from django.db import connections
from django.test import Client
from tests.support.town import Town

from sekisho.node.opening import Node, prepare_database
from sekisho.node.settings import WebSettings
from sekisho.office.accounts.models import Person
from sekisho.web import setup
from sekisho.web.request import serve_for

PASSWORD = "Kawara-ban-7"
STALE_SECONDS = 1_200


@dataclass
class Pages:
    """The pages of one node."""

    node: Node

    def client(self, login: str = "", **options: Any) -> Client:
        """A client without JavaScript, in which this person is signed in."""
        client = Client(headers={"host": "localhost", "accept-language": "ja"}, **options)
        if login:
            with self.node.at_work():
                client.force_login(Person.objects.get(login=login))
        return client

    def stale(self, login: str) -> Client:
        """A client of somebody who has a password and signed in 20 minutes ago: still in, and
        asked once more before what matters."""
        self.set_password(login)
        client = self.client(login)
        client.get("/")
        with self.node.at_work():
            session = client.session
            session["began"] = int(self.node.desk.now().timestamp()) - STALE_SECONDS
            session.save()
        return client

    def sign_in(self, login: str, password: str = PASSWORD, **options: Any) -> Client:
        """A client that came in by the sign-in page, as people do."""
        client = self.client(**options)
        client.post("/account/login/", {"login": login, "password": password})
        return client

    def set_password(self, login: str, password: str = PASSWORD) -> None:
        """Let a person sign in with a password."""
        with self.node.at_work():
            person = Person.objects.get(login=login)
            person.set_password(password)
            person.save()


@contextmanager
def pages_of(town: Town, name: str, **changes: Any) -> Iterator[Pages]:
    """This process answers for that node; `changes` are sections of its settings."""
    node = town.nodes[name]
    plain = replace(node.settings, **{"web": WebSettings(tls=False), **changes})
    node = town.nodes[name] = replace(node, settings=plain)
    setup.settle(plain, "only for tests")
    with node.at_work():
        prepare_database(node.alias)
    serve_for(node)
    yield Pages(node)


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        # At the end of the thread, not of an answer: one that a browser gave up is collected in
        # any other thread, whose connections would be closed in the middle of its work.
        try:
            super().process_request_thread(request, client_address)
        finally:
            connections.close_all()


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """The test says enough."""


@contextmanager
def reachable(pages: Pages) -> Iterator[str]:
    """The same pages at an address of this machine, for a browser."""
    application = get_wsgi_application()
    with make_server("127.0.0.1", 0, application, _Server, _Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://localhost:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
