"""Every cryptographic algorithm the engines use, and how it stands to the CRYPTREC list.

Rows for a table that staff show to auditors; nothing here chooses an algorithm. A test walks the
code's suites, kinds and imports and fails when one of them has no row.

What is known of the list: edition LS-0001-2022R1 was read in full; that edition R2 adds ML-KEM was
learned from a secondary source only, so such a row is not `confirmed`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from sekisho.kernel.speech import Pair

R1 = "CRYPTREC LS-0001-2022R1"
R2 = "CRYPTREC LS-0001-2022R2 (2026-03-30)"


class Standing(Enum):
    """How an algorithm stands to the list of ciphers recommended for e-government."""

    LISTED = "掲載"
    NOT_LISTED = "非掲載"
    NO_CATEGORY = "対象区分なし"


STANDING_WORDS: dict[Standing, Pair] = {
    Standing.LISTED: ("掲載", "listed"),
    Standing.NOT_LISTED: ("非掲載", "not listed"),
    Standing.NO_CATEGORY: ("対象区分なし", "no such category"),
}


@dataclass(frozen=True)
class Algorithm:
    """One row. `edition` is the edition of the list that `standing` was judged by.

    `listed_as` is the entry on the list (empty unless listed); `confirmed` says whether that
    edition itself was read; `used_by` names suites and kinds of the code, `library` the names by
    which the code imports it.
    """

    name: str
    purpose: str
    purpose_en: str
    parameters: str
    source: str
    category: str
    standing: Standing
    listed_as: str
    edition: str
    confirmed: bool
    note: str
    note_en: str
    used_by: tuple[str, ...] = ()
    library: tuple[str, ...] = ()


def _only_verified(name: str, parameters: str, source: str, library: tuple[str, ...]) -> Algorithm:
    """Listed under its own name; nothing is signed with it."""
    return Algorithm(
        name=name,
        purpose="受け取った XML 文書の電子署名の検証（署名には使いません）",
        purpose_en="verifying signatures of XML documents that come in (nothing is signed with it)",
        parameters=parameters,
        source=source,
        category="公開鍵暗号（署名）",
        standing=Standing.LISTED,
        listed_as=name,
        edition=R1,
        confirmed=True,
        note="SHA-1 と組み合わせた署名は検証しません。",
        note_en="Not verified together with SHA-1.",
        used_by=("disarm: XML signatures",),
        library=library,
    )


_HYBRID_SIGNATURE = "掲載されている Ed25519 と併用し、両方の署名が正しいときだけ受け入れます。"
_HYBRID_SIGNATURE_EN = "Always beside Ed25519, which is listed; both signatures must hold."
_CONSTRUCTION = "掲載された方式の組み合わせ方です。一覧にはこの種の区分がありません。"
_CONSTRUCTION_EN = "A way to combine listed algorithms; the list has no category for it."

ALGORITHMS = (
    Algorithm(
        name="Ed25519",
        purpose="文書・証跡・検証点への署名",
        purpose_en="signatures over documents, events and checkpoints",
        parameters="公開鍵 32 バイト、署名 64 バイト",
        source="RFC 8032, FIPS 186-5",
        category="公開鍵暗号（署名）",
        standing=Standing.LISTED,
        listed_as="EdDSA",
        edition=R1,
        confirmed=True,
        note="S0 と S1 の両方で使います。",
        note_en="In S0 and in S1.",
        used_by=("kind:ed25519", "kind:note-ed25519"),
        library=("Ed25519PrivateKey", "Ed25519PublicKey"),
    ),
    _only_verified(
        "RSASSA-PKCS1-v1_5",
        "鍵長は証明書のもの（8,192 ビットまで）",
        "RFC 8017, RFC 9231",
        ("rsa", "padding"),
    ),
    _only_verified(
        "RSA-PSS", "鍵長は証明書のもの（8,192 ビットまで）", "RFC 8017, RFC 9231", ("padding",)
    ),
    _only_verified(
        "ECDSA",
        "曲線は証明書のもの",
        "FIPS 186-5, RFC 9231",
        ("ec.ECDSA", "encode_dss_signature"),
    ),
    Algorithm(
        name="ML-DSA-65",
        purpose="文書への署名（耐量子計算機）",
        purpose_en="signatures over documents (post-quantum)",
        parameters="公開鍵 1,952 バイト、署名 3,309 バイト",
        source="FIPS 204",
        category="公開鍵暗号（署名）",
        standing=Standing.NOT_LISTED,
        listed_as="",
        edition=R2,
        confirmed=False,
        note=_HYBRID_SIGNATURE,
        note_en=_HYBRID_SIGNATURE_EN,
        used_by=("kind:ml-dsa-65",),
        library=("MLDSA65PrivateKey", "MLDSA65PublicKey"),
    ),
    Algorithm(
        name="ML-DSA-44",
        purpose="検証点への署名（耐量子計算機）",
        purpose_en="signatures over checkpoints (post-quantum)",
        parameters="公開鍵 1,312 バイト、署名 2,420 バイト",
        source="FIPS 204",
        category="公開鍵暗号（署名）",
        standing=Standing.NOT_LISTED,
        listed_as="",
        edition=R2,
        confirmed=False,
        note=_HYBRID_SIGNATURE + "方式は C2SP の連署の仕様に合わせています。",
        note_en=_HYBRID_SIGNATURE_EN + " Chosen by the C2SP specification of cosignatures.",
        used_by=("kind:note-ml-dsa-44",),
        library=("MLDSA44PrivateKey", "MLDSA44PublicKey"),
    ),
    Algorithm(
        name="ML-KEM-1024",
        purpose="受信ノードへの鍵の受け渡し（耐量子計算機）",
        purpose_en="carrying keys to a receiving node (post-quantum)",
        parameters="公開鍵 1,568 バイト",
        source="FIPS 203",
        category="公開鍵暗号（鍵共有）",
        standing=Standing.LISTED,
        listed_as="ML-KEM-1024",
        edition=R2,
        confirmed=False,
        note="R2 での追加は二次資料による情報です。掲載済みの ECDH と併用し、"
        "どちらか一方が破られても鍵は守られます。",
        note_en="Known from a secondary source. Combined with ECDH, which is listed: the key stays "
        "safe as long as one of the two holds.",
        used_by=("hpke:S1",),
        library=("mlkem.MLKEM1024PrivateKey", "mlkem.MLKEM1024PublicKey"),
    ),
    Algorithm(
        name="ECDH (P-384)",
        purpose="受信ノードへの鍵の受け渡し",
        purpose_en="carrying keys to a receiving node",
        parameters="公開鍵 97 バイト",
        source="NIST SP 800-56A Rev.3, RFC 9180 7.1",
        category="公開鍵暗号（鍵共有）",
        standing=Standing.LISTED,
        listed_as="ECDH",
        edition=R1,
        confirmed=True,
        note="S0 では単独で、S1 では ML-KEM-1024 と併用します。",
        note_en="Alone in S0, combined with ML-KEM-1024 in S1.",
        used_by=("hpke:S0", "hpke:S1"),
        library=("ec.SECP384R1", "KEM.P384"),
    ),
    Algorithm(
        name="HPKE (MLKEM1024-P384)",
        purpose="内容鍵を受信ノードの公開鍵で包む方式",
        purpose_en="wrapping content keys to a node's public key",
        parameters="32 バイトの鍵 1 個につき 1,713 バイト（S0 は 145 バイト）",
        source="RFC 9180, draft-ietf-hpke-pq",
        category="（区分なし）",
        standing=Standing.NO_CATEGORY,
        listed_as="",
        edition=R1,
        confirmed=True,
        note=_CONSTRUCTION + "S1 の組み合わせ方は標準化の途中（インターネットドラフト）です。",
        note_en=_CONSTRUCTION_EN + " The combination in S1 is still an Internet-Draft.",
        used_by=("hpke:S0", "hpke:S1"),
        library=("MLKEM1024P384PrivateKey", "MLKEM1024P384PublicKey", "KEM.MLKEM1024_P384"),
    ),
    Algorithm(
        name="AES-256",
        purpose="封緘データ・保管庫・鍵の暗号化",
        purpose_en="encryption of parcels, vault objects and keys",
        parameters="鍵 256 ビット",
        source="FIPS 197",
        category="共通鍵暗号（128 ビットブロック暗号）",
        standing=Standing.LISTED,
        listed_as="AES",
        edition=R1,
        confirmed=True,
        note="常に GCM で使います。",
        note_en="Always in the mode GCM.",
        used_by=("hpke:S0", "hpke:S1", "floe", "keyring"),
        library=("AESGCM", "AEAD.AES_256_GCM", "algorithms.AES"),
    ),
    Algorithm(
        name="GCM",
        purpose="暗号化と改ざん検知の利用モード",
        purpose_en="authenticated encryption mode",
        parameters="初期値 96 ビット、タグ 128 ビット",
        source="NIST SP 800-38D",
        category="認証付き秘匿モード",
        standing=Standing.LISTED,
        listed_as="GCM",
        edition=R1,
        confirmed=True,
        note="一つの鍵で使う回数に上限を設けています。",
        note_en="How often one key is used is bounded.",
        used_by=("hpke:S0", "hpke:S1", "floe", "keyring"),
        library=("AESGCM", "AEAD.AES_256_GCM", "modes.GCM"),
    ),
    Algorithm(
        name="FLOE (GCM256, HKDF-Expand-SHA-384)",
        purpose="大きなファイルを区切って暗号化する方式",
        purpose_en="encrypting large files in segments",
        parameters="区切り 1 MiB、初期値 256 ビット、鍵を切り替える区切りの数 2^20",
        source="c2sp.org/FLOE",
        category="（区分なし）",
        standing=Standing.NO_CATEGORY,
        listed_as="",
        edition=R1,
        confirmed=True,
        note=_CONSTRUCTION,
        note_en=_CONSTRUCTION_EN,
        used_by=("floe",),
    ),
    Algorithm(
        name="HKDF-SHA-384",
        purpose="鍵の導出",
        purpose_en="deriving keys",
        parameters="出力 256 または 384 ビット",
        source="RFC 5869, NIST SP 800-56C Rev.2",
        category="（区分なし）",
        standing=Standing.NO_CATEGORY,
        listed_as="",
        edition=R1,
        confirmed=True,
        note=_CONSTRUCTION + "中身は掲載済みの HMAC と SHA-384 です。",
        note_en=_CONSTRUCTION_EN + " It consists of HMAC and SHA-384, both listed.",
        used_by=("hpke:S0", "hpke:S1", "floe"),
        library=("HKDFExpand", "KDF.HKDF_SHA384"),
    ),
    Algorithm(
        name="HMAC",
        purpose="鍵の導出と照合の部品",
        purpose_en="part of key derivation and of checks",
        parameters="SHA-384 または SHA-256 とともに使用",
        source="RFC 2104, FIPS 198-1",
        category="メッセージ認証コード",
        standing=Standing.LISTED,
        listed_as="HMAC",
        edition=R1,
        confirmed=True,
        note="HKDF の中で使います。",
        note_en="Inside HKDF.",
        used_by=("floe", "hpke:S0", "hpke:S1"),
        library=("hmac",),
    ),
    Algorithm(
        name="SHA-256",
        purpose="ファイルのハッシュ値、証跡台帳の木、鍵の識別子",
        purpose_en="digests of files, the tree of the ledger, key ids",
        parameters="256 ビット",
        source="FIPS 180-4, RFC 6962",
        category="ハッシュ関数",
        standing=Standing.LISTED,
        listed_as="SHA-256",
        edition=R1,
        confirmed=True,
        note="",
        note_en="",
        used_by=("merkle", "key ids"),
        library=("hashlib.sha256", "hashes.SHA256"),
    ),
    Algorithm(
        name="SHA-384",
        purpose="鍵の導出の部品",
        purpose_en="part of key derivation",
        parameters="384 ビット",
        source="FIPS 180-4",
        category="ハッシュ関数",
        standing=Standing.LISTED,
        listed_as="SHA-384",
        edition=R1,
        confirmed=True,
        note="",
        note_en="",
        used_by=("floe", "hpke:S0", "hpke:S1"),
        library=("hashes.SHA384", "hashlib.sha384"),
    ),
    Algorithm(
        name="SHA-512",
        purpose="Ed25519 の中で使うハッシュ関数、受け取った XML 署名の検証",
        purpose_en="the hash inside Ed25519, verifying XML signatures that come in",
        parameters="512 ビット",
        source="FIPS 180-4, RFC 8032 5.1",
        category="ハッシュ関数",
        standing=Standing.LISTED,
        listed_as="SHA-512",
        edition=R1,
        confirmed=True,
        note="",
        note_en="",
        used_by=("kind:ed25519", "kind:note-ed25519", "disarm: XML signatures"),
        library=("hashlib.sha512", "hashes.SHA512"),
    ),
    Algorithm(
        name="SHA3-256",
        purpose="S1 で二つの共有鍵を一つにまとめる部品",
        purpose_en="joins the two shared secrets in S1",
        parameters="256 ビット",
        source="FIPS 202, draft-ietf-hpke-pq",
        category="ハッシュ関数",
        standing=Standing.LISTED,
        listed_as="SHA3-256",
        edition=R1,
        confirmed=True,
        note="",
        note_en="",
        used_by=("hpke:S1",),
    ),
    Algorithm(
        name="SHAKE256",
        purpose="ML-KEM と ML-DSA の中で使う関数",
        purpose_en="inside ML-KEM and ML-DSA",
        parameters="出力長可変（SHAKE128 も使用）",
        source="FIPS 202, FIPS 203, FIPS 204",
        category="ハッシュ関数",
        standing=Standing.LISTED,
        listed_as="SHAKE256",
        edition=R1,
        confirmed=True,
        note="",
        note_en="",
        used_by=("kind:ml-dsa-65", "kind:note-ml-dsa-44", "hpke:S1"),
    ),
    Algorithm(
        name="PBKDF2-HMAC-SHA-1",
        purpose="ほかの人がパスワードを付けた ZIP を開く（無害化のとき）",
        purpose_en="opens ZIP files that others locked, to disarm them",
        parameters="1,000 回、SHA-1",
        source="RFC 8018 5.2, WinZip AE-1 / AE-2",
        category="鍵導出（対象区分なし）",
        standing=Standing.NO_CATEGORY,
        listed_as="",
        edition=R1,
        confirmed=True,
        note="形式の決まりです。Sekisho がデータを守るためには使いません。",
        note_en="The format prescribes it. Nothing that Sekisho protects rests on it.",
        used_by=("locked-zip",),
        library=("hashlib.pbkdf2_hmac",),
    ),
    Algorithm(
        name="AES-ECB",
        purpose="ほかの人がパスワードを付けた ZIP を開く（カウンターの値を暗号化する部品）",
        purpose_en="opens ZIP files that others locked (encrypts the values of the counter)",
        parameters="鍵 128・192・256 ビット",
        source="FIPS 197, WinZip AE-1 / AE-2",
        category="暗号利用モード",
        standing=Standing.NOT_LISTED,
        listed_as="",
        edition=R1,
        confirmed=True,
        note="カウンターの並びが CTR と違うためです。Sekisho がデータを守るためには使いません。",
        note_en="Its counter is not that of CTR. Nothing that Sekisho protects rests on it.",
        used_by=("locked-zip",),
        library=("modes.ECB",),
    ),
)


def unconfirmed() -> tuple[Algorithm, ...]:
    """Rows whose standing somebody should look up in the newest edition of the list."""
    return tuple(row for row in ALGORITHMS if not row.confirmed)


def beyond_the_list() -> tuple[Algorithm, ...]:
    """Rows that are not on the list as such; each says why it is used all the same."""
    return tuple(row for row in ALGORITHMS if row.standing is not Standing.LISTED)
