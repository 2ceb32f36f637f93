"""A real directory service (Debian's slapd) on the loopback address, with TLS and people."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.mailserver import make_certificate
from tests.support.parts import need
from tests.support.ports import free_ports, running, wait_until_it_listens

SLAPD = Path("/usr/sbin/slapd")
SLAPADD = Path("/usr/sbin/slapadd")
SCHEMAS = Path("/etc/ldap/schema")
MODULES = Path("/usr/lib/ldap")
BASE = "dc=example,dc=lg,dc=jp"
READER, READER_PASSWORD = f"cn=reader,{BASE}", "only-reads-1"
APPROVERS = f"cn=approvers,ou=groups,{BASE}"
ADMINS = f"cn=admins,ou=groups,{BASE}"
STARTS_SECONDS = 20

CONFIG = """\
include {schemas}/core.schema
include {schemas}/cosine.schema
include {schemas}/inetorgperson.schema
modulepath {modules}
moduleload back_mdb
pidfile {folder}/slapd.pid
argsfile {folder}/slapd.args
TLSCertificateFile {certificate}
TLSCertificateKeyFile {certificate}
TLSCACertificateFile {certificate}
# As in careful houses: nobody binds without TLS, and nobody by a name without a password.
security simple_bind=128
disallow bind_anon
database mdb
suffix "{base}"
rootdn "cn=root,{base}"
directory {folder}/data
access to attrs=userPassword by anonymous auth by * none
access to * by dn="{reader}" read by self read by * none
"""

TREE = """\
dn: {base}
objectClass: dcObject
objectClass: organization
o: Example
dc: example

dn: {reader}
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: reader
userPassword: {reader_password}

dn: ou=people,{base}
objectClass: organizationalUnit
ou: people

dn: ou=groups,{base}
objectClass: organizationalUnit
ou: groups
"""

PERSON = """
dn: uid={login},ou=people,{base}
objectClass: inetOrgPerson
uid: {login}
cn: {name}
sn: {name}
displayName: {name}
mail: {login}@example.lg.jp
userPassword: {password}
"""

GROUP = """
dn: {dn}
objectClass: groupOfNames
cn: {cn}
member: uid={login},ou=people,{base}
"""


@dataclass(frozen=True)
class DirectoryServer:
    """Where it listens, and the certificate to be trusted."""

    port: int
    tls_port: int
    certificate: Path

    @property
    def url(self) -> str:
        """For STARTTLS."""
        return f"ldap://localhost:{self.port}"

    @property
    def tls_url(self) -> str:
        """With TLS from the first byte."""
        return f"ldaps://localhost:{self.tls_port}"


def require_slapd() -> None:
    """Skip, or fail in CI, where slapd is not installed."""
    if not SLAPD.exists():
        need("slapd", f"no {SLAPD}")


@contextmanager
def directory_server(folder: Path, people: dict[str, tuple[str, str]]) -> Iterator[DirectoryServer]:
    """The service for the length of the block. `people`: login → (name, password). The first one is
    in the group of approvers."""
    require_slapd()
    (folder / "data").mkdir(parents=True)
    certificate = make_certificate(folder / "server.pem", name="localhost")
    config = folder / "slapd.conf"
    config.write_text(
        CONFIG.format(
            schemas=SCHEMAS,
            modules=MODULES,
            folder=folder,
            certificate=certificate,
            base=BASE,
            reader=READER,
        )
    )
    tree = folder / "tree.ldif"
    tree.write_text(_tree(people), "utf-8")
    subprocess.run(
        [str(SLAPADD), "-f", str(config), "-l", str(tree)], check=True, capture_output=True
    )
    port, tls_port = free_ports(2)
    urls = f"ldap://localhost:{port}/ ldaps://localhost:{tls_port}/"
    log = folder / "slapd.log"
    command = [str(SLAPD), "-f", str(config), "-h", urls, "-d", "0"]
    with running(command, log, signal.SIGINT) as process:
        for one in (port, tls_port):
            wait_until_it_listens(one, process, log, STARTS_SECONDS)
        yield DirectoryServer(port, tls_port, certificate)


def _tree(people: dict[str, tuple[str, str]]) -> str:
    parts = [TREE.format(base=BASE, reader=READER, reader_password=READER_PASSWORD)]
    for login, (name, password) in people.items():
        parts.append(PERSON.format(login=login, name=name, password=password, base=BASE))
    first, *_ = people
    parts.append(GROUP.format(dn=APPROVERS, cn="approvers", login=first, base=BASE))
    return "".join(parts)
