"""`python -m pspflow`: the same front door as the `pspflow` command."""

from pspflow.cli import main

main()
