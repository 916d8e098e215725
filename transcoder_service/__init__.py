"""A video library that speaks Bunny Stream: uploads, HLS ladders, captions, signed delivery."""
