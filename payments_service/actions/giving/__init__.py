"""Sending money, for refunds and payouts alike: begun, sent, asked about, settled."""
