"""The `consultroom` command. Heavy imports wait until their subcommand runs, so that `--help` is instant."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

from core.errors import ServiceError

Run = Callable[[argparse.Namespace], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status: 0 done, 1 a clear error on stderr, 2 wrong usage."""
    options = parser().parse_args(arguments)
    try:
        return int(options.run(options) or 0)
    except ServiceError as error:
        print(f"error[{error.code}]: {error.detail or error.title} - {error.next_step}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="consultroom", description="Open telemedicine for a clinic.")
    commands = top.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add_processes(commands)
    _add_demo_consult(commands)
    _add_account(commands)
    _add_audit(commands)
    _add_jobs(commands)
    _add_turn_config(commands)
    _add_openapi(commands)
    _mount(commands, "transcription.cli", "add_transcribe_command", "add_models_command")
    _mount(commands, "soap.cli", "add_note_command", "add_findings_command")
    return top


def _add_processes(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    up = commands.add_parser("up", help="everything on this machine")
    up.add_argument("--demo", action="store_true", help="seed a demo clinic with one account per role")
    up.set_defaults(run=_process("app.up", lambda options: {"demo": options.demo}))
    for name, summary in (
        ("serve", "HTTP, pages, signaling and packet forwarding"),
        ("record", "recordings and utterances, fed by serve"),
        ("work", "jobs: speech, drafts"),
        ("migrate", "bring the database to the newest revision"),
    ):
        command = commands.add_parser(name, help=summary)
        command.set_defaults(run=_process(f"app.{name}", lambda options: {}))


def _process(
    module: str, keywords: Callable[[argparse.Namespace], dict[str, object]], function: str = "run"
) -> Run:
    def run(options: argparse.Namespace) -> int:
        return int(asyncio.run(getattr(import_module(module), function)(**keywords(options))) or 0)

    return run


def _add_demo_consult(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("demo-consult", help="two simulated participants hold the demo consult")
    command.add_argument("--visit", help="an existing visit; default: a new one")
    command.add_argument("--url", help="the running demo clinic", default="http://127.0.0.1:8080")
    command.add_argument(
        "--track", action="append", default=[], metavar="SPEAKER=FILE", help="speak this file instead"
    )
    command.set_defaults(
        run=_process("app.demo.consult", lambda o: {"url": o.url, "visit": o.visit, "tracks": tuple(o.track)})
    )


def _add_account(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    account = commands.add_parser("account", help="accounts of a real clinic")
    actions = account.add_subparsers(required=True, metavar="ACTION")
    add = actions.add_parser("add", help="add an account; the password is asked for")
    add.add_argument("--email", required=True)
    add.add_argument("--role", required=True)
    add.add_argument("--name", required=True, help="display name")
    add.add_argument("--date-of-birth", help="patients: YYYY-MM-DD")
    add.add_argument("--sex", default="", help="patients: female, male, other")
    add.set_defaults(run=_process("app.accounts", lambda options: {"options": options}))
    supervise = actions.add_parser("supervise", help="who countersigns the notes of a doctor in training")
    supervise.add_argument("--email", required=True, help="the doctor in training")
    supervise.add_argument("--by", help="the supervising doctor's e-mail; left out: nobody any more")
    supervise.set_defaults(
        run=_process("app.accounts", lambda o: {"email": o.email, "by": o.by}, function="supervise")
    )


def _add_audit(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    audit = commands.add_parser("audit", help="the record of who saw or did what")
    actions = audit.add_subparsers(required=True, metavar="ACTION")
    verify = actions.add_parser("verify", help="check the chain; name the first bad row")
    verify.set_defaults(run=_process("app.audit_verify", lambda options: {}))


def _add_jobs(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("jobs", help="background work that did not succeed")
    command.add_argument("--retry", action="store_true", help="queue what was given up once more")
    command.set_defaults(run=_process("app.failed_jobs", lambda options: {"retry": options.retry}))


def _add_turn_config(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("turn-config", help="print turnserver.conf for this clinic's coturn")
    command.add_argument(
        "--coturn", metavar="VERSION", default="4.6.1", help="coturn that reads it; default 4.6.1"
    )
    command.add_argument("--output", type=Path, metavar="FILE", help="write it there, mode 0600")
    command.set_defaults(run=_process("app.turn", lambda o: {"version": o.coturn, "output": o.output}))


def _add_openapi(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("openapi", help="print the OpenAPI 3.1 document")
    command.set_defaults(run=_process("app.openapi", lambda options: {}))


def _mount(commands: argparse._SubParsersAction[argparse.ArgumentParser], module: str, *adders: str) -> None:
    face = import_module(module)
    for adder in adders:
        getattr(face, adder)(commands)
