"""A film becomes an HLS ladder: planned, made part by part, published, verified, switched."""
