"""Words in two languages, moments, sizes, states and error codes, as templates show them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import template
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.serializers.json import DjangoJSONEncoder
from django.utils.html import format_html
from django.utils.safestring import SafeString

from sekisho import __version__
from sekisho.kernel import dates, names, sizes
from sekisho.kernel.reasons import reason_words
from sekisho.kernel.speech import Pair, both
from sekisho.ledger.words import ACT_WORDS
from sekisho.web.naming import Names

register = template.Library()


@register.simple_tag
def say(ja: str, en: str, **gaps: Any) -> str:
    """`{% say "{n} 件" "{n} items" n=3 %}`: the text in the reader's language, its gaps filled."""
    text = both(ja, en)
    return text.format(**gaps) if gaps else text


@register.filter
def told(pair: Pair) -> str:
    """The one of two texts that the user reads."""
    return both(*pair)


@register.filter
def moment(when: datetime | None) -> SafeString:
    """A moment as an element that programs can read too."""
    return _time(when, dates.moment(when))


@register.filter
def day(when: datetime | None) -> SafeString:
    """The day of a moment."""
    return _time(when, dates.day(when))


def _time(when: datetime | None, words: str) -> SafeString:
    if when is None:
        return format_html("{}", words)
    return format_html('<time datetime="{}">{}</time>', when.isoformat(), words)


@register.filter
def size(count: int) -> str:
    """`1.5 MiB`."""
    return sizes.shown_bytes(count)


@register.filter
def file_name(untrusted: str) -> str:
    """A name from outside, with what could deceive the eye made visible."""
    return names.shown(untrusted)


@register.filter
def in_groups(code: str) -> str:
    """`ABCD EFGH`: what somebody has to copy, four characters at a time."""
    return " ".join(code[start : start + 4] for start in range(0, len(code), 4))


@register.filter
def as_json(value: Any) -> str:
    """A value for a script to read out of an attribute."""
    return json.dumps(value, cls=DjangoJSONEncoder)


register.filter("reason_words", reason_words)


@register.simple_tag
def asset(path: str) -> str:
    """The address of a file of ours; another version of the program has another address."""
    return f"{staticfiles_storage.url(path)}?v={__version__}"


@register.simple_tag(takes_context=True)
def with_query(context: template.Context, **changes: Any) -> str:
    """The present query with some values replaced: for links to other pages of a list."""
    query = context["request"].GET.copy()
    for key, value in changes.items():
        if value in ("", None):
            query.pop(key, None)
        else:
            query[key] = str(value)
    return f"?{query.urlencode()}" if query else "?"


@register.filter
def node_name(names: Names, name: str) -> str:
    """The title of a node."""
    return names.node(name)


@register.filter
def person_name(names: Names, login: str) -> str:
    """A person's name and division."""
    return names.person(login) if login else "—"


@register.filter
def of(values: Mapping[str, str], key: str) -> str:
    """What a mapping says of a key; empty if nothing."""
    return values.get(key, "")


@register.filter
def act_words(kind: str) -> str:
    """What an event of the ledger is called."""
    return both(*ACT_WORDS.get(kind, (kind, kind)))
