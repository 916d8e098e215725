"""`up --demo`: four sample films, drawn and played by ffmpeg, sent the way a real film goes."""
