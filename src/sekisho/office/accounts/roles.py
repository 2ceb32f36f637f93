"""The roles that people have; what each may do stands in `permissions`."""

from __future__ import annotations

STAFF, APPROVER, ADMIN = "staff", "approver", "admin"
AUDITOR, CISO, CONTRACTOR = "auditor", "ciso", "contractor"
ROLES = (STAFF, APPROVER, ADMIN, AUDITOR, CISO, CONTRACTOR)

WORDS = {
    STAFF: ("職員", "staff"),
    APPROVER: ("承認者", "approver"),
    ADMIN: ("情報システム担当", "administrator"),
    AUDITOR: ("監査", "auditor"),
    CISO: ("CISO", "CISO"),
    CONTRACTOR: ("委託先", "contractor"),
}
