"""The directory: which nodes there are, their keys, who may send to whom; signed by k of n.

`document` says what a directory is and reads it, `trust` decides whether to accept one, `drafts`
makes the next one. Format: docs/formats/directory-v1.md.
"""

from sekisho.seal.directory.document import (
    ADMINS_MAX,
    DIRECTORY_TYPE,
    LIFETIME_MAX,
    LINKS_MAX,
    NODES_MAX,
    Directory,
    NodeEntry,
    check,
    document,
    read_document,
)
from sekisho.seal.directory.drafts import (
    Change,
    changes,
    draft,
    renewed,
    with_admins,
    with_links,
    with_node,
    without_node,
)
from sekisho.seal.directory.trust import (
    EXPIRES_SOON,
    Standing,
    accept,
    accept_chain,
    expires_soon,
    read_accepted,
    require_fresh,
    sign,
    standing,
)

__all__ = [
    "ADMINS_MAX",
    "DIRECTORY_TYPE",
    "EXPIRES_SOON",
    "LIFETIME_MAX",
    "LINKS_MAX",
    "NODES_MAX",
    "Change",
    "Directory",
    "NodeEntry",
    "Standing",
    "accept",
    "accept_chain",
    "changes",
    "check",
    "document",
    "draft",
    "expires_soon",
    "read_accepted",
    "read_document",
    "renewed",
    "require_fresh",
    "sign",
    "standing",
    "with_admins",
    "with_links",
    "with_node",
    "without_node",
]
