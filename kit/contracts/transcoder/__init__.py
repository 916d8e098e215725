"""What a video library promises: wire models, signatures and a client, as Bunny Stream has them."""
