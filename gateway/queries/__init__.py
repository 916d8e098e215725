"""Every statement the gateway sends to its database."""
