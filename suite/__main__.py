"""`python -m suite`: what ./karangou runs once its libraries are there."""

from suite.cli import main

if __name__ == "__main__":
    main()
