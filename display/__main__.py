"""`motcua-display`: the keeper, and under it the display itself, which is `display.program`."""

import sys

from shared import keeper


def main(arguments: list[str] | None = None) -> int:
    """Keep a display running, or be one; returns the exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    if keeper.asked(given):
        return keeper.keep("display", given)
    # Only now: the keeper starts sooner and stays small without what a display needs.
    from display import program

    return program.main(given)


if __name__ == "__main__":
    sys.exit(main())
