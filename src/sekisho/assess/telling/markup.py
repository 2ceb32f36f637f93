"""Small pieces of HTML; every text is escaped here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape


def table(headers: Sequence[str], rows: Iterable[Sequence[str]], caption: str) -> str:
    """A table whose first column names the rows."""
    head = "".join(f'<th scope="col">{escape(one)}</th>' if one else "<td></td>" for one in headers)
    body = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>'
        + "".join(f"<td>{escape(cell)}</td>" for cell in row[1:])
        + "</tr>"
        for row in rows
    )
    return (
        f'<div class="wide" tabindex="0"><table><caption>{escape(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def heading(level: int, text: str, mark: str = "") -> str:
    """A heading; links lead to one with a mark."""
    known = f' id="{mark}"' if mark else ""
    return f"<h{level}{known}>{escape(text)}</h{level}>"


def links(places: Iterable[tuple[str, str]]) -> str:
    """Links to headings: (mark, text) of each."""
    return "".join(f'<li><a href="#{mark}">{escape(text)}</a></li>' for mark, text in places).join(
        ("<ul>", "</ul>")
    )


def paragraph(text: str, kind: str = "") -> str:
    """A paragraph."""
    return f'<p class="{kind}">{escape(text)}</p>' if kind else f"<p>{escape(text)}</p>"


def listed(texts: Iterable[str]) -> str:
    """A list."""
    return "<ul>" + "".join(f"<li>{escape(text)}</li>" for text in texts) + "</ul>"
