"""`python -m tests.fuzz.run SECONDS [TARGET ...]`: atheris on each target, starting from the kept inputs.

Needs the `fuzz` extra. What makes a target raise is written to tests/fuzz/corpus/TARGET/crash-... : mend the code, keep
the file. New inputs that reach new code go to .make/fuzz/TARGET and may be thinned into the corpus with `--keep`.
"""

import argparse
import hashlib
import subprocess
import sys
from pathlib import Path

GROWN = Path(".make/fuzz")


def fuzz(name: str, seconds: int, grown: Path) -> None:
    """In a process of its own: atheris ends it."""
    import atheris  # the extra is not installed where nobody fuzzes

    with atheris.instrument_imports(include=["media", "aioice", "aiortc"]):
        from tests.fuzz.targets import CORPUS, TARGETS, Bench
    bench = Bench()
    target = TARGETS[name]
    seeds = CORPUS / name
    options = [f"-max_total_time={seconds}", "-max_len=4096", "-rss_limit_mb=1024", "-print_final_stats=1"]
    atheris.Setup(
        [sys.argv[0], *options, f"-artifact_prefix={seeds}/", str(grown), str(seeds)],
        lambda data: target(bench, data),
    )
    atheris.Fuzz()


def keep(name: str) -> int:
    """Copy what reached new code into the corpus, small ones first, at most forty files in all."""
    kept = Path(__file__).parent / "corpus" / name
    room = 40 - len(list(kept.glob("*")))
    grown = sorted((GROWN / name).glob("*"), key=lambda file: file.stat().st_size)
    for file in grown[:room]:
        data = file.read_bytes()
        (kept / hashlib.sha1(data, usedforsecurity=False).hexdigest()[:12]).write_bytes(data)
    return min(room, len(grown))


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.fuzz.run")
    parser.add_argument("seconds", type=int)
    parser.add_argument("targets", nargs="*")
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--one", action="store_true", help="this process fuzzes the one target")
    chosen = parser.parse_args()
    if chosen.one:
        fuzz(chosen.targets[0], chosen.seconds, GROWN / chosen.targets[0])
        return 0
    from tests.fuzz.targets import TARGETS

    failed = []
    for name in chosen.targets or TARGETS:
        (GROWN / name).mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "tests.fuzz.run", str(chosen.seconds), name, "--one"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        executed = [line for line in done.stderr.splitlines() if "number_of_executed_units" in line]
        print(f"{name:10} {'held' if done.returncode == 0 else 'FAILED'}  {' '.join(executed)}", flush=True)
        if done.returncode:
            failed.append(name)
            print(done.stdout[-3_000:], done.stderr[-3_000:], sep="\n")
        if chosen.keep:
            print(f"{'':10} {keep(name)} inputs kept")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
