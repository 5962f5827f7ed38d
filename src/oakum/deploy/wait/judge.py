"""Which rule judges an object, and what it says (kapp spec, sections 5.2 and 5.5)."""
from __future__ import annotations

from collections.abc import Mapping, Sequence

from oakum.dataclass import dataclass
from oakum.deploy.config.config import Config
from oakum.deploy.config.matcher import BUILT_IN_GROUPS
from oakum.deploy.config.rules import ConditionMatcher, WaitRule
from oakum.deploy.diff.rebase import Templates
from oakum.deploy.resource import Resource
from oakum.deploy.wait.builtin import PACKAGES, RULES, Rule
from oakum.deploy.wait.shapes import GENERIC, Unreadable, typed
from oakum.deploy.wait.state import State, conditions, deleting, fail, ok, ongoing, unobserved
from oakum.errors import OakumError
from oakum.typing import Any


@dataclass(frozen=True)
class Judge:
    """Judges objects by the built-in rules and, when there is a `config`, by its wait rules.

    `strict` adds rules for kinds that the reference takes for done at once.
    """

    config: Config | None = None
    templates: Templates | None = None
    ignore_failing_apis: bool = False
    strict: bool = False

    def built_in(self, resource: Resource) -> Rule | None:
        """The built-in rule that decides for the object, if it is one of those and nothing comes before it."""
        kind = (resource.api_version, resource.kind)
        if kind in PACKAGES:
            return PACKAGES[kind]
        if resource.deleting or self._custom(resource) is not None:
            return None
        found = RULES.get(kind)
        return self._more(resource) if found is None and self.strict else found

    def _more(self, resource: Resource) -> Rule | None:
        from oakum.deploy.wait.stuck import MORE_RULES, conditional

        found = MORE_RULES.get((resource.api_version, resource.kind))
        return found or (Rule(conditional, None) if resource.group not in BUILT_IN_GROUPS else None)

    def needs_watching(self, resource: Resource) -> bool:
        """Whether the object can be anything but done."""
        return resource.deleting or self.built_in(resource) is not None or self._custom(resource) is not None

    def state(self, resource: Resource, associated: Sequence[Resource] = ()) -> State:
        """The verdict on an object, with those that stem from it where they were looked up."""
        try:
            rule = self.built_in(resource)
            if rule is not None:
                return rule.judged(resource, associated, self.ignore_failing_apis)
            gone = deleting(resource)
            if gone is not None:
                return gone
            custom = self._custom(resource)
            return ok() if custom is None else self._by(custom, resource)
        except Unreadable as e:
            return fail(f"Error: Failed obj conversion: {e}")

    def _custom(self, resource: Resource) -> WaitRule | None:
        if self.config is None or not self.config.wait:
            return None
        found = self.config.wait_index.of(resource)
        return found[0] if found else None

    def _by(self, rule: WaitRule, resource: Resource) -> State:
        behind = unobserved(typed(resource, GENERIC)) if rule.observed else None
        if behind:
            return behind
        if rule.function:
            return self._by_function(rule, resource)
        return by_conditions(rule.conditions, typed(resource, GENERIC))

    def _by_function(self, rule: WaitRule, resource: Resource) -> State:
        assert self.templates is not None
        try:
            found = self.templates.is_done(rule.function, resource)
        except OakumError as e:
            return fail(f"Error: Applying ytt wait rule: {e}")
        message = str(found.get("message") or "")
        if found.get("done"):
            return State(True, bool(found.get("successful")), message)
        if found.get("unblockChanges"):
            return State(message=f"Allowing blocked changes to proceed: {message}", unblock=True)
        return ongoing(message)


def by_conditions(matchers: Sequence[ConditionMatcher], resource: Resource) -> State:
    """The verdict of a rule with condition matchers on an object of the shape `GENERIC`."""
    generation = resource.metadata.get("generation") or 0
    found = [(matcher, c) for matcher in matchers for c in conditions(resource)
             if (c.get("type"), c.get("status")) == (matcher.type, matcher.status)]
    met = [(m, c) for m, c in found if not m.observed or (c.get("observedGeneration") or 0) == generation]
    for matcher, condition in met:
        if matcher.failure:
            return fail(f"Encountered failure condition {_with_message(condition)}")
    for matcher, condition in met:
        if matcher.success:
            return ok(f"Encountered successful condition {_with_message(condition)}")
    if len(met) < len(found):
        return ongoing(f"Waiting for generation {generation} to be observed by status condition(s)")
    for matcher, condition in met:
        if matcher.unblock:
            return State(message=f"Allowing blocked changes to proceed: Encountered condition {_said(condition)}",
                         unblock=True)
    return ongoing("No failing or successful conditions found")


def _said(condition: Mapping[str, Any]) -> str:
    return f"{condition.get('type')} == {condition.get('status')}: {condition.get('reason', '')}"


def _with_message(condition: Mapping[str, Any]) -> str:
    return f"{_said(condition)} (message: {condition.get('message', '')})"
