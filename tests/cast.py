"""The people in the tests: Alice owns, Bob helps, Charlie is a stranger, Dana administers."""

from uuid import UUID

ALICE = UUID("01900000-0000-7000-8000-00000000a11c")
BOB = UUID("01900000-0000-7000-8000-000000000b0b")
CHARLIE = UUID("01900000-0000-7000-8000-0000000c4a12")
DANA = UUID("01900000-0000-7000-8000-00000000da7a")
