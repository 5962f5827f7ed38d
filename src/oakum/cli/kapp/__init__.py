"""The `kapp` program: its commands and flags (kapp spec, section 1)."""
from __future__ import annotations

import sys

from oakum.cli import ui
from oakum.cli.command import Command
from oakum.cli.flag import Flag, at_least
from oakum.cli.kapp import flags as f
from oakum.cli.program import main as run_main
from oakum.cli.registries import REGISTRY, VERIFY_KEY

ABOUT = "kapp helps to manage applications on your Kubernetes cluster"
APPS, SUPPORT, MISC, REST = GROUPS = (
    "App Commands:", "App Support Commands:", "Misc Commands:", "Available/Other Commands:")
LS = ("l", "ls")
DEPLOYING = """
  # Deploy app 'app1' based on config files in config/
  kapp deploy -a app1 -f config/

  # Deploy app 'app1' while showing full text diff
  kapp deploy -a app1 -f config/ --diff-changes

  # Deploy app 'app1' based on remote file
  kapp deploy -a app1 \\
    -f https://github.com/...download/v0.6.0/crds.yaml \\
    -f https://github.com/...download/v0.6.0/release.yaml
"""
FOLLOWING = """
  # Follow all pod logs in app 'app1'
  kapp logs -a app1 -f

  # Show logs from pods that start with 'web'
  kapp logs -a app1 -f -m web%
"""
TTY_ON = Flag(ui.TTY.name, ui.TTY.help, kind="bool", default=True)


def _with_commands(short: str, commands: tuple[Command, ...]) -> str:
    return f"{short} ({', '.join(sorted(c.name for c in commands))})"


def _group(name: str, short: str, commands: tuple[Command, ...], *, group: str, aliases: tuple[str, ...]) -> Command:
    commands = tuple(sorted((c._replace(group=REST) for c in commands), key=lambda c: c.name))
    return Command(name, _with_commands(short, commands), run="oakum.cli.kapp.offline:subcommands", commands=commands,
                   group=group, groups=(REST,), aliases=aliases, arguments=None)


_APP_CHANGE = (
    Command("garbage-collect", "Garbage collect app changes", aliases=("gc",), run="oakum.cli.kapp.support:collect",
            flags=(ui.TTY, *f.APP, Flag("max", "Maximum number of app changes to keep", "int", default=200,
                                            check=at_least(0)))),
    Command("list", "List app changes", aliases=LS, run="oakum.cli.kapp.support:changes",
            flags=(ui.TTY, *f.APP, Flag("before", "List app changes before given time (formats: 2022-01-10T12:15:25Z, "
                                        "2022-01-10)"),
                   Flag("after", "List app changes after given time (formats: 2022-01-10T12:15:25Z, 2022-01-10)"))))
_APP_GROUP = (
    Command("deploy", "Deploy app group", aliases=("d", "dep"), run="oakum.cli.kapp.group:deploy", sections=f.SECTIONS,
            flags=(TTY_ON, f.GROUP, *f.NAMESPACE, *f.APP_NAMESPACE,
                   Flag("directory", "Set directory (format: /tmp/foo)", "string", short="d", section=f.COMMON),
                   *f.diff("diff"), *f.apply(), *f.FILTERS, *f.DEPLOY, *f.LOCK, f.EXPLAIN,
                   *f.apply("delete", wait_ignored=True), VERIFY_KEY, *REGISTRY)),
    Command("delete", "Delete app group", run="oakum.cli.kapp.group:delete",
            flags=(TTY_ON, f.GROUP, *f.NAMESPACE, *f.APP_NAMESPACE, *f.diff("diff"), *f.apply(wait_ignored=True),
                   *f.LOCK, f.EXPLAIN)))
_CONFIG_MAP = (
    Command("list", "List config maps", aliases=LS, run="oakum.cli.kapp.support:config_maps",
            flags=(ui.TTY, *f.APP, Flag("values", "Show config map values", "bool"))),)
_SERVICE_ACCOUNT = (
    Command("list", "List service accounts", aliases=LS, run="oakum.cli.kapp.support:service_accounts",
            flags=(ui.TTY, *f.APP)),)
_TOOLS = (
    Command("diff", "Diff files against files2", run="oakum.cli.kapp.tools:diff",
            flags=(ui.TTY, *f.FILES, *f.diff(), Flag("file2", "Set second file (format: /tmp/foo, https://..., -) "
                                                     "(can repeat)", "strings"))),
    Command("inspect", "Inspect resources", aliases=("i",), run="oakum.cli.kapp.tools:inspect",
            flags=(ui.TTY, *f.FILES, *f.FILTERS, Flag("raw", "Output raw YAML resource content", "bool"))),
    Command("list-labels", "List labels", aliases=("ls-labels",), run="oakum.cli.kapp.tools:labels",
            flags=(ui.TTY, *f.FILES, Flag("values", "Show values", "bool"),
                   Flag("accessor", "Set accessor (labels, annotations, ownerrefs)", default="labels"))))

ROOT = Command(
    "kapp",
    short=f"{ABOUT} (app-change, app-group, completion, config-map, delete, deploy, deploy-config, inspect, label, "
          "list, logs, rename, service-account, tools, version)",
    run="oakum.cli.kapp.offline:root",
    flags=(Flag("version", "version for kapp", "bool", short="v"),),
    shared=(*ui.FLAGS, *f.GLOBAL),
    arguments=None,
    groups=GROUPS,
    after_help="\nSucceeded\n",
    commands=(
        Command("delete", "Delete app", run="oakum.cli.kapp.delete:run", group=APPS,
                flags=(TTY_ON, *f.APP, *f.diff("diff"), *f.apply(wait_ignored=True), *f.FILTERS, *f.TYPES, *f.LOCK,
                       f.EXPLAIN, f.PREVIOUS)),
        Command("deploy", "Deploy app", aliases=("d", "dep"), run="oakum.cli.kapp.deploy:run", group=APPS,
                example=DEPLOYING, sections=f.SECTIONS,
                flags=(TTY_ON, *f.APP, *f.FILES, *f.diff("diff"), *f.apply(), *f.FILTERS, *f.TYPES, *f.DEPLOY, *f.LOCK,
                       f.EXPLAIN, f.PREVIOUS, VERIFY_KEY, *REGISTRY)),
        Command("inspect", "Inspect app", aliases=("i", "is", "insp"), run="oakum.cli.kapp.inspect:run", group=APPS,
                flags=(ui.TTY, *f.APP, *f.FILTERS, *f.TYPES, Flag("raw", "Output raw YAML resource content", "bool"),
                       Flag("status", "Output status content", "bool"),
                       Flag("tree", "Tree view", "bool", short="t"),
                       Flag("managed-fields", "Keep the metadata.managedFields when printing objects", "bool"))),
        Command("list", "List all apps in a namespace", aliases=LS, run="oakum.cli.kapp.listing:run", group=APPS,
                flags=(ui.TTY, *f.LIST)),
        Command("logs", "Print app's Pod logs", aliases=("l",), run="oakum.cli.kapp.logs:run", group=APPS,
                example=FOLLOWING, flags=(ui.TTY, *f.APP, *f.LOGS_FLAGS)),
        _group("app-change", "App change", _APP_CHANGE, group=SUPPORT,
               aliases=("ac", "app-changes", "appchange", "appchanges")),
        _group("app-group", "app-group will deploy/delete an application for each subdirectory within a "
               "directory", _APP_GROUP, group=SUPPORT, aliases=("ag", "appgroup")),
        _group("config-map", "Config map", _CONFIG_MAP, group=SUPPORT,
               aliases=("cm", "cfg", "config-maps", "configmap", "configmaps")),
        Command("label", "Print specified app label", run="oakum.cli.kapp.support:label", group=SUPPORT,
                flags=(ui.TTY, *f.APP)),
        Command("rename", "Rename app", run="oakum.cli.kapp.support:rename", group=SUPPORT,
                flags=(ui.TTY, *f.APP, Flag("new-name", "Set new name (format: new-name)"),
                       Flag("new-namespace", "Set new namespace (format: new-namespace)"))),
        _group("service-account", "Service account", _SERVICE_ACCOUNT, group=SUPPORT,
               aliases=("sa", "service-accounts", "serviceccounts", "serviceaccount")),
        Command("deploy-config", "Show default deploy config", run="oakum.cli.kapp.offline:deploy_config", group=MISC,
                flags=(ui.TTY,)),
        _group("tools", "Tools", _TOOLS, group=MISC, aliases=("t",)),
        Command("completion", "Generate the autocompletion script for the specified shell",
                run="oakum.cli.completion:run", arguments=None, group=REST),
        Command("help", "Help about any command", run="oakum.cli.help:page", arguments=None, group=REST),
        Command("version", "Print client version", run="oakum.cli.kapp.offline:version", group=REST, flags=(ui.TTY,)),
    ),
)


def main() -> int:
    """Run `kapp`; returns the exit status."""
    return run_main(ROOT)


if __name__ == "__main__":
    sys.exit(main())
