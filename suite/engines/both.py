"""Both engines together, for as long as somebody uses them."""

import fcntl
from pathlib import Path
from typing import IO

from suite.engines.places import socket_folder
from suite.engines.postgres import Postgres
from suite.engines.valkey import Valkey


class Engines:
    """The engines of one data folder. Two launchers may share them: the last one stops them."""

    def __init__(self, data: Path) -> None:
        self.postgres = Postgres(data)
        self.valkey = Valkey(data)
        self.users: IO[str] | None = None

    def start(self) -> bool:
        """Start both, or adopt the living; say whether they were living already."""
        self.users = (socket_folder(self.postgres.data) / "users.lock").open("w")
        fcntl.flock(self.users, fcntl.LOCK_SH)
        adopted = self.postgres.is_up() and self.valkey.is_up()
        self.postgres.start()
        self.valkey.start()
        return adopted

    def stop(self) -> None:
        """Stop both, unless another launcher uses them; a lock dies with who held it."""
        if self.users is None:
            return
        try:
            fcntl.flock(self.users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        else:
            self.valkey.stop()
            self.postgres.stop()
        finally:
            self.users.close()
            self.users = None
