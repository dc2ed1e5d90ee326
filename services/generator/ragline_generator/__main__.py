"""Runs the generator: `python -m ragline_generator`."""

from ragline.messaging.serve import serve
from ragline_generator.app import SPEC

if __name__ == "__main__":
    serve(SPEC)
