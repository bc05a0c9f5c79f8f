"""Runs every suite that depends on time at many moments: `python -m tests.hours [MOMENT …]`.

Each of the 24 hours of an ordinary day, and days on which clocks change, months or years end.
"""

import os
import subprocess
import sys

AT, OFFSET = "TESTS_AT", "TESTS_OFFSET_SECONDS"
"""As in `tests/moment.py`, which is not imported: it would fix the offset for every child process."""

SUITES = (
    "tests/assessments",
    "tests/casework",
    "tests/check_ins",
    "tests/disengagement",
    "tests/faults",
    "tests/kpis",
    "tests/messaging",
    "tests/pathways",
    "tests/platform/access",
    "tests/privacy",
    "tests/prompts",
    "tests/providers",
    "tests/survivors",
    "tests/tasks",
    "tests/tenants",
    "tests/workers",
)
HOURS = tuple(f"2026-11-25T{hour:02}:30" for hour in range(24))
DAYS = (
    "2026-12-31T23:50",
    "2027-02-28T12:00",
    "2027-03-28T00:50",
    "2027-03-28T23:30",
    "2027-10-31T00:30",
    "2027-10-31T01:30",
    "2028-02-29T12:00",
)


def main(moments: tuple[str, ...]) -> None:
    """Run the suites at each moment; end with 1 and the moments that failed, if any did."""
    failed = []
    for moment in moments:
        print(f"At {moment}", flush=True)
        command = (sys.executable, "-m", "pytest", "-n", "2", "--dist", "loadfile", *SUITES)
        environment = {name: value for name, value in os.environ.items() if name != OFFSET}
        ended = subprocess.run(command, env={**environment, AT: moment}, check=False)
        if ended.returncode != 0:
            failed.append(moment)
    print(f"{len(moments) - len(failed)} passed, {len(failed)} failed")
    if failed:
        sys.exit(f"Failed at: {', '.join(failed)}")


if __name__ == "__main__":
    main(tuple(sys.argv[1:]) or HOURS + DAYS)
