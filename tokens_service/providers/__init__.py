"""The two kinds of store: a SQLite file, and a libSQL server over HTTP."""
