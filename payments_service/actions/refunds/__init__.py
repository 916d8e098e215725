"""Money that goes back: planned, asked for, sent; disputes."""
