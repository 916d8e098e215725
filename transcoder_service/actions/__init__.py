"""What can be done with videos, uploads, captions, collections; and what follows from it."""
