"""Allauth's forms in our words, with failures counted; they add nothing to what is asked."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as account
from allauth.core import context
from allauth.mfa.base import forms as codes
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.core.exceptions import ValidationError

from sekisho.kernel.speech import both
from sekisho.office.site.database import atomic, locked_wait
from sekisho.web.entrance import trying

CODE_ATTRIBUTES = {
    "autocomplete": "one-time-code",
    "inputmode": "numeric",
    "autocapitalize": "off",
    "spellcheck": "false",
    "autofocus": True,
}
NAME_CHARS_MAX = 60


def _words(field: forms.Field, ja: str, en: str, hint: tuple[str, str] = ("", "")) -> None:
    field.label = both(ja, en)
    field.help_text = both(*hint)
    field.widget.attrs.pop("placeholder", None)


class ChangePassword(account.ChangePasswordForm):  # type: ignore[misc]
    """A new password in place of the present one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _words(self.fields["oldpassword"], "いまのパスワード", "Present password")
        _new_password_words(self)

    def clean_password1(self) -> str:
        """Not the present one once more."""
        fresh = str(self.cleaned_data["password1"])
        if fresh == self.cleaned_data.get("oldpassword"):
            raise ValidationError(
                both("いまと違うパスワードにしてください。", "Choose another one than now.")
            )
        return fresh


class SetPassword(account.SetPasswordForm):  # type: ignore[misc]
    """A first password of one's own."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _new_password_words(self)


def _new_password_words(form: forms.Form) -> None:
    hint = (
        "10 文字以上。利用者名や氏名に似たもの、よくある言葉、数字だけのものは使えません。",
        "Ten characters or more; nothing like your name, no common word, not only digits.",
    )
    _words(form.fields["password1"], "新しいパスワード", "New password", hint)
    _words(form.fields["password2"], "新しいパスワード（もう一度）", "New password (again)")


class ConfirmByPassword(account.ReauthenticateForm):  # type: ignore[misc]
    """The password once more."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _words(self.fields["password"], "パスワード", "Password")
        self.fields["password"].widget.attrs["autofocus"] = True


class _Code:
    """A code of an app or a recovery code. A wrong one counts as a wrong password does."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["code"]  # type: ignore[attr-defined]
        field.widget.attrs = dict(CODE_ATTRIBUTES)
        _words(field, "確認コード（または予備コード）", "Code (or a recovery code)")

    def clean_code(self) -> str:
        """Raises Refused SKS-W030, SKS-W031 while nothing may be tried."""
        request, login = context.request, self.user.login  # type: ignore[attr-defined]
        trying.require_unlocked(request, login)
        try:
            code = str(super().clean_code())  # type: ignore[misc]
            _use_once(self.authenticator, code)  # type: ignore[attr-defined]
        except ValidationError:
            trying.note_failure(request, login)
            raise
        return code


def _use_once(authenticator: Any, code: str) -> None:
    """A code of an app is taken once (RFC 6238, section 5.2), whichever process is asked."""
    if authenticator.type != Authenticator.Type.TOTP:
        return
    with atomic():
        row = locked_wait(Authenticator.objects.filter(pk=authenticator.pk)).get()
        if row.data.get("taken") == code:
            raise ValidationError(
                both(
                    "このコードは使用済みです。次のコードを待ってください。",
                    "Used already. Wait for the next code.",
                )
            )
        row.data["taken"] = code
        row.save(update_fields=["data"])
    authenticator.data = row.data


class Code(_Code, codes.AuthenticateForm):  # type: ignore[misc]
    """While signing in."""


class ConfirmByCode(_Code, codes.ReauthenticateForm):  # type: ignore[misc]
    """Once more, before something that matters."""


class ActivateTotp(totp.ActivateTOTPForm):  # type: ignore[misc]
    """The first code of a new app."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs = dict(CODE_ATTRIBUTES)
        hint = ("アプリに表示された 6 桁の数字", "The six digits that the app shows")
        _words(self.fields["code"], "確認コード", "Code", hint)


class AddPasskey(webauthn.AddWebAuthnForm):  # type: ignore[misc]
    """A new passkey; usually one that needs no password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _name_words(self.fields["name"])
        field = self.fields["passwordless"]
        field.initial = True
        _words(field, "パスワードなしのサインインに使う", "Sign in with it without a password")


class EditPasskey(webauthn.EditWebAuthnForm):  # type: ignore[misc]
    """Another name for a passkey."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _name_words(self.fields["name"])


def _name_words(field: Any) -> None:
    hint = (
        "どの機器か分かる名前（例: 業務用端末、予備のキー）",
        "So that you know which device it is",
    )
    field.max_length = NAME_CHARS_MAX
    field.widget.attrs["maxlength"] = str(NAME_CHARS_MAX)
    _words(field, "名前", "Name", hint)
