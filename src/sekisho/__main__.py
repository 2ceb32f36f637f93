"""`python -m sekisho` is the command `sekisho`."""

from sekisho.cli.main import main

if __name__ == "__main__":
    main(prog_name="sekisho")
