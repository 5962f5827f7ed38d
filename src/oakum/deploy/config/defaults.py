"""The built-in rules, ready for use and as text."""
from __future__ import annotations

from functools import cache

from oakum.dataclass import replace
from oakum.deploy.config.config import Config, rules_of
from oakum.deploy.config.tables import DOCUMENT, TOKENS_OVERLAY
from oakum.deploy.resource import Resource
from oakum.parts import mappings, text


@cache
def default_config() -> Config:
    """The rules of the built-in document. The one overlay in it is done natively: no template engine is needed."""
    made = rules_of(DOCUMENT)
    rebase = tuple(replace(rule, kind="native", native=keep_tokens) if rule.template == TOKENS_OVERLAY else rule
                   for rule in made.rebase)
    return replace(made, rebase=rebase)


def default_config_text() -> str:
    """The built-in document as YAML, its sections in their order."""
    from oakum.yaml import plain

    return "".join(plain.dump({name: section}) for name, section in DOCUMENT.items())


def keep_tokens(new: Resource, existing: Resource) -> None:
    """A ServiceAccount keeps the token and registry secrets that controllers have added to it."""
    name = existing.name
    pull = _last(existing, "imagePullSecrets", f"{name}-dockercfg-")
    token, mount = (_last(existing, "secrets", f"{name}-{what}-") for what in ("token", "dockercfg"))
    for field, wanted in (("imagePullSecrets", pull), ("secrets", token), ("secrets", mount)):
        have = new.body.get(field)
        if wanted and isinstance(have, list | None) and all(e.get("name") != wanted for e in mappings(have)):
            new.body = {**new.body, field: [*(have or []), {"name": wanted}]}


def _last(owner: Resource, field: str, prefix: str) -> str:
    names = [text(entry.get("name")) for entry in mappings(owner.body.get(field))]
    return next((name for name in reversed(names) if name.startswith(prefix)), "")
