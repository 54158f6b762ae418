"""`motcua-kiosk`: the keeper, and under it the kiosk itself, which is `kiosk.program`."""

import sys

from shared import keeper


def main(arguments: list[str] | None = None) -> int:
    """Keep a kiosk running, or be one; returns the exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    if keeper.asked(given):
        return keeper.keep("kiosk", given)
    # Only now: the keeper starts sooner and stays small without what a kiosk needs.
    from kiosk import program

    return program.main(given)


if __name__ == "__main__":
    sys.exit(main())
