"""The books: read, corrected, written out, watched over."""
