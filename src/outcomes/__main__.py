"""`python -m outcomes` is `outcomes`."""

from outcomes.cli import main

main()
