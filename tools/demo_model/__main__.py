"""``python -m tools.demo_model --minutes 80 --output transcription/models/demo.pt``."""

import argparse
import shutil
from pathlib import Path

import torch

from tools.demo_model.model import SIZES
from tools.demo_model.train import train


def main() -> None:
    """Speak, train and write the checkpoint; a second call goes on where the first was stopped.

    On a machine that does other work as well, ``--threads 1`` is faster than two threads that
    wait for each other.
    """
    parser = argparse.ArgumentParser(prog="tools.demo_model", description=main.__doc__)
    parser.add_argument("--minutes", type=float, default=80, help="wall time of the training")
    parser.add_argument("--shards", type=int, default=16, help="files of 1500 spoken sentences")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--size", choices=sorted(SIZES), default="demo")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--work", type=Path, default=Path("build/demo-model"))
    parser.add_argument("--output", type=Path, default=Path("transcription/models/demo.pt"))
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    made = train(options.work, options.minutes, options.shards, options.size, options.device)
    options.output.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(made, options.output)


if __name__ == "__main__":
    main()
