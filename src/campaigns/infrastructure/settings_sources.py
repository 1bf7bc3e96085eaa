"""Defaults, then the file, then the environment, then files named by `*_FILE`: later ones win."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_type_hints

import msgspec

from campaigns.domain.shared.misfits import misfit
from campaigns.infrastructure.settings import Secret, Settings, variables

FILE_VARIABLE = "CAMPAIGNS_CONFIG"


class SettingsError(Exception):
    """Every value that cannot be used, one sentence each: the name, the rule, never a secret."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def load_settings(environment: Mapping[str, str], file: Path | None = None) -> Settings:
    """Raises SettingsError with everything that is wrong."""
    if file is None and (named := environment.get(FILE_VARIABLE)):
        file = Path(named)
    problems: list[str] = []
    given = _from_file(file, problems) if file else {}
    given.update(_from_environment(environment, problems))
    values = {field: _converted(field, name, value, problems) for field, (name, value) in given.items()}
    if problems:
        raise SettingsError(problems)
    return Settings(**values)


def effective(settings: Settings) -> dict[str, Any]:
    """Every setting under its first variable's name, secrets hidden, as plain values."""
    return {variables(field)[0]: _shown(getattr(settings, field)) for field in settings.__struct_fields__}


def _shown(value: Any) -> Any:
    plain = msgspec.to_builtins(value, enc_hook=str)
    return _USERINFO.sub(r"//•••@", plain) if isinstance(plain, str) else plain


def _from_file(file: Path, problems: list[str]) -> dict[str, tuple[str, Any]]:
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        problems.append(f"{file}: cannot be read: {_why(error)}")
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problems.append(f"{file}: is not TOML: {error}")
        return {}
    known = Settings.__struct_fields__
    problems.extend(f"{file}: there is no setting {key!r}" for key in content if key not in known)
    return {key: (f"{file}: {key}", value) for key, value in content.items() if key in known}


def _from_environment(environment: Mapping[str, str], problems: list[str]) -> Iterator[tuple[str, tuple[str, str]]]:
    for field in Settings.__struct_fields__:
        # From the weakest to the strongest: each overwrites the one before.
        for name in reversed(variables(field)):
            if value := environment.get(name):
                yield field, (name, value)
        for name in reversed(variables(field)):
            path = environment.get(f"{name}_FILE")
            if path and (text := _text_in(Path(path), f"{name}_FILE", problems)) is not None:
                yield field, (f"{name}_FILE", text)


def _text_in(path: Path, name: str, problems: list[str]) -> str | None:
    try:
        return path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        problems.append(f"{name}: {path} cannot be read: {_why(error)}")
        return None


def _why(error: OSError | UnicodeDecodeError) -> str:
    return error.strerror or "" if isinstance(error, OSError) else "it is not UTF-8"


def _converted(field: str, name: str, value: Any, problems: list[str]) -> Any:
    kind = _TYPES.get(field)
    try:
        return msgspec.convert(value, kind, strict=False, dec_hook=_decoded)
    except msgspec.ValidationError as error:
        problems.append(f"{name}: {misfit(error, kind).message}")
        return None


def _decoded(wanted: type, value: Any) -> Any:
    if wanted is Secret or wanted is Path:
        if not isinstance(value, str):
            raise TypeError("Expected text")
        return wanted(value)
    raise TypeError(f"Expected {wanted.__name__}")


_USERINFO = re.compile(r"//[^/@]*@")
_TYPES = get_type_hints(Settings, include_extras=True)
