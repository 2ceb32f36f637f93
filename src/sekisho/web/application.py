"""What the server loads in each of its processes: one node, and Django around it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.wsgi import get_wsgi_application

from sekisho.kernel.clock import Clock, SystemClock
from sekisho.node import web_secrets
from sekisho.node.opening import Node, open_node
from sekisho.node.settings import load_settings
from sekisho.web import setup
from sekisho.web.request import serve_for

FOLDER = "SEKISHO_NODE"


def open_for_pages(folder: Path, environment: Mapping[str, str], clock: Clock) -> Node:
    """The node, open, with Django configured for its pages. Raises as `open_node` does."""
    settings = load_settings(folder, environment)
    setup.settle(settings, web_secrets.session_secret(settings.keys_folder))
    node = open_node(folder, environment, clock)
    serve_for(node)
    return node


def make_application() -> Any:
    """The WSGI application (PEP 3333) for the node that the environment names."""
    open_for_pages(Path(os.environ[FOLDER]), os.environ, SystemClock())
    return get_wsgi_application()
